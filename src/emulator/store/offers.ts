import type { Database } from 'better-sqlite3';
import type { Clock } from '../clock.ts';
import { newOfferRid } from '../rid.ts';
import { newEtag } from './stamp.ts';

/** The throughput of a container or database. */
export interface Offer {
  readonly id: string;
  /** The self link and the resource id of what it is for. */
  readonly resource: string;
  readonly target: string;
  readonly content: OfferContent;
  readonly etag: string;
  readonly ts: number;
}

export interface OfferContent {
  readonly offerThroughput: number;
  readonly [setting: string]: unknown;
}

export interface Offers {
  all(): Offer[];
  find(id: string): Offer | undefined;
  findFor(target: string): Offer | undefined;
  create(resource: string, target: string, content: OfferContent): void;
  replace(id: string, content: OfferContent): void;
  removeFor(target: string): void;
}

export function openOffers(db: Database, clock: Clock): Offers {
  const all = db.prepare<[], StoredOffer>('SELECT * FROM offers ORDER BY id');
  const find = db.prepare<[string], StoredOffer>('SELECT * FROM offers WHERE id = ?');
  const findFor = db.prepare<[string], StoredOffer>('SELECT * FROM offers WHERE target = ?');
  const insert = db.prepare('INSERT INTO offers VALUES (?, ?, ?, ?, ?, ?)');
  const update = db.prepare('UPDATE offers SET content = ?, etag = ?, ts = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM offers WHERE target = ?');
  return {
    all: () => all.all().map(offerOf),
    find: (id) => optional(find.get(id)),
    findFor: (target) => optional(findFor.get(target)),
    create: (resource, target, content) =>
      void insert.run(
        unused(newOfferRid, (rid) => find.get(rid) === undefined),
        resource,
        target,
        JSON.stringify(content),
        newEtag(),
        clock.seconds(),
      ),
    replace: (id, content) => void update.run(JSON.stringify(content), newEtag(), clock.seconds(), id),
    removeFor: (target) => void remove.run(target),
  };
}

/** The first that is free: of 16 million, two of a few thousand are likely to be the same. */
function unused(next: () => string, isFree: (id: string) => boolean): string {
  for (;;) {
    const id = next();
    if (isFree(id)) return id;
  }
}

type StoredOffer = Omit<Offer, 'content'> & { readonly content: string };

function optional(row: StoredOffer | undefined): Offer | undefined {
  return row && offerOf(row);
}

function offerOf(row: StoredOffer): Offer {
  return { ...row, content: JSON.parse(row.content) };
}
