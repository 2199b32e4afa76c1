/** Properties that the server sets on a document; `_lsn` only in the change feed. */
export const SYSTEM_PROPERTIES: readonly string[] = Object.freeze([
  '_rid',
  '_self',
  '_etag',
  '_attachments',
  '_ts',
  '_lsn',
]);
