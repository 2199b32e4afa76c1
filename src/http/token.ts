/** Names of headers and methods (RFC 9110, section 5.6.2). */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What may be in the value of a header (RFC 9110, section 5.5): no line ends, nothing that is not one byte. */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
