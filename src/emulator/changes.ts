import type { IncomingHttpHeaders } from 'node:http';
import type { Page } from './page.ts';
import { badRequest } from './refusal.ts';
import type { Container } from './store/container.ts';
import type { Slice } from './store/documents.ts';
import type { Range } from './store/range.ts';
import type { Store } from './store/store.ts';

/** The changes that a request asks for, in the order of commits. */
export interface Changes {
  /** The commit after which they start. */
  readonly after: number;
  readonly changes: Iterable<readonly [lsn: number, item: Buffer]>;
  add(page: Page, item: Buffer, lsn: number): void;
}

interface ChangesRequest {
  readonly headers: IncomingHttpHeaders;
  readonly store: Store;
  readonly container: Container;
  readonly range: Range;
  readonly slice: Slice & { readonly range: number };
  /** The effective partition keys that it reaches over. */
  readonly epks: readonly [from: string, below: string];
}

/** One kind of change feed. Throws what is wrong with the request. */
export type ChangesOf = (request: ChangesRequest) => Changes;

/** The commit that an etag stands for; `*` is the last one. */
export function positionOf(etag: string, { lsn }: Range): number {
  if (etag === '*') return lsn;
  const number = /^"?(\d{1,15})"?$/.exec(etag)?.[1];
  if (number !== undefined && Number(number) <= lsn) return Number(number);
  throw badRequest(`The etag ${etag} is not a position in the change feed of this range.`);
}
