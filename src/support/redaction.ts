/** The text without what may open an account: keys, signatures and tokens, wherever they turn up. */
export function redact(text: string): string {
  return text
    .replace(/(AccountKey=)[^;\s"']+/gi, '$1…')
    .replace(/([?&;]?sig(?:=|%3d))[^&\s"']+/gi, '$1…')
    .replace(/(Bearer )\S+/gi, '$1…')
    .replace(/(:\/\/)[^/@\s]+@/g, '$1…@')
    .replace(/[A-Za-z0-9+/]{86}==/g, '…');
}
