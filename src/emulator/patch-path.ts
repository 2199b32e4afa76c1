import { badRequest } from './refusal.ts';

/** Reads a JSON pointer: the names and indexes on the way to a value that is not the document itself. */
export function parsePath(text: unknown): string[] {
  // What is no string may be nested too deep to be shown.
  if (typeof text !== 'string')
    throw badRequest('Invalid patch request: what is not a string is not a path such as "/tags/0".');
  if (!text.startsWith('/') || /~(?![01])/.test(text) || !text.isWellFormed()) {
    throw badRequest(`Invalid patch request: ${JSON.stringify(text)} is not a path such as "/tags/0".`);
  }
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The path as clients write it. */
export function formatPath(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Whether `path` is `start` or leads to something inside of it. */
export function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return path.length >= start.length && start.every((part, index) => path[index] === part);
}
