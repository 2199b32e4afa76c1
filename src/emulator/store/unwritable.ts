/** Whether SQLite could not write: no room, a disk that fails, or one that may only be read. To try again would not help. */
export function isUnwritable(error: unknown): boolean {
  const { code = '' } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^SQLITE_(FULL|IOERR|READONLY)/.test(code);
}
