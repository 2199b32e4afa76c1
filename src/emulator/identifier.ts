import { badRequest } from './refusal.ts';

/** The id of an item, checked: it must survive a URL path. */
export function itemId(id: unknown): string {
  if (typeof id !== 'string')
    throw badRequest('The input content is invalid because the property "id" is not a string.');
  if (id === '' || Buffer.byteLength(id) > ITEM_BYTES_MAX)
    throw badRequest(`The id must have 1 to ${ITEM_BYTES_MAX} bytes.`);
  // A URL parser takes "." and ".." out of a path: such an item could be written, but never addressed.
  if (/[/\\#]/.test(id) || id === '.' || id === '..') throw badRequest(`The id "${id}" has illegal characters.`);
  if (!id.isWellFormed()) throw badRequest('The id has an unpaired surrogate.');
  return id;
}

/** The name of a database or container, checked. */
export function resourceName(id: unknown): string {
  if (typeof id !== 'string' || id === '' || id.length > NAME_MAX) {
    throw badRequest(`The id must be a string of 1 to ${NAME_MAX} characters.`);
  }
  if (/[/\\#?]/.test(id) || id.endsWith(' ') || id === '.' || id === '..' || !id.isWellFormed()) {
    throw badRequest(`The id "${id}" has illegal characters.`);
  }
  return id;
}

const ITEM_BYTES_MAX = 1023;
const NAME_MAX = 255;
