import type { Documents } from '../sql/execution.ts';
import type { Originals } from '../sql/json.ts';
import type { Query } from '../sql/query.ts';
import type { Container } from './store/container.ts';
import type { Slice } from './store/documents.ts';

/** The stored documents as a query sees them. `originals` takes their bytes; a blind query is given the bytes alone. */
export function queryDocuments(
  { documents }: Container,
  slice: Slice,
  { isBlind }: Query,
  originals: Originals,
): Documents {
  const parse = (body: Buffer): unknown => {
    if (isBlind) return body;
    const document: object = JSON.parse(body.toString('utf8'));
    originals.set(document, body);
    return document;
  };
  return {
    *scan(after) {
      for (const [number, body] of documents.scan(slice, after)) yield [number, parse(body)];
    },
    read: (number) => {
      for (const [, body] of documents.scan(slice, number - 1)) return parse(body);
      return undefined;
    },
  };
}
