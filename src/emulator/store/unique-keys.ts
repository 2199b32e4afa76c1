import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { propertyNames } from '../../protocol/partition-key.ts';
import type { UniqueKeyPolicy } from '../unique-key-policy.ts';
import { preparer } from './documents.ts';

/** The unique keys of one container's documents. They are given up when a document goes. */
export interface UniqueKeys {
  /** The numbers of the documents of a logical partition that have one of a document's unique keys. */
  ownersOf(key: string, document: unknown): number[];
  /**
   * Makes the unique keys of a document its own, in place of those that it had. No other document may have one of them.
   * May be called before the document is written.
   */
  claim(number: number, key: string, document: unknown): void;
}

/** Makes the table for documents that are in the table `documents`. */
export function createUniqueKeys(db: Database, table: string, documents: string): void {
  db.exec(`
    CREATE TABLE ${table} (
      place INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
      document INTEGER NOT NULL REFERENCES ${documents} ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
      PRIMARY KEY (place, key, value)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ${table}_document ON ${table} (document, place);
  `);
}

export function openUniqueKeys(db: Database, table: string, { uniqueKeys }: UniqueKeyPolicy): UniqueKeys {
  const readers = uniqueKeys.map(({ paths }) => valueReader(paths));
  const prepare = preparer(db);
  const find = `SELECT document FROM ${table} WHERE place = ? AND key = ? AND value = ?`;
  const release = `DELETE FROM ${table} WHERE document = ? AND place = ?`;
  const insert = `INSERT INTO ${table} VALUES (?, ?, ?, ?)`;
  const ownerOf = (place: number, key: string, value: Buffer): number | undefined =>
    prepare(find).pluck().get(place, key, value) as number | undefined;
  return {
    ownersOf: (key, document) => {
      const owners = readers.map((read, place) => ownerOf(place, key, read(document)));
      return [...new Set(owners.filter((owner) => owner !== undefined))];
    },
    claim: (number, key, document) => {
      for (const [place, read] of readers.entries()) {
        const value = read(document);
        if (ownerOf(place, key, value) === number) continue;
        prepare(release).run(number, place);
        prepare(insert).run(place, key, value, number);
      }
    },
  };
}

/** Those of a container without any. */
export const NO_UNIQUE_KEYS: UniqueKeys = { ownersOf: () => [], claim: () => {} };

/** What documents that have the same unique key have in common, in a few bytes. */
function valueReader(paths: readonly string[]): (document: unknown) => Buffer {
  const names = paths.map(propertyNames);
  return (document) => {
    const text = JSON.stringify(names.map((path) => canonical(valueAt(document, path))));
    return createHash('sha256').update(text).digest();
  };
}

/** A missing value counts as null, as in the service. */
function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** The same for objects that differ in the order of their members alone. Numbers beyond a double differ from null. */
function canonical(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { infinite: String(value) };
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return [
    Object.entries(value)
      .sort()
      .map(([name, part]) => [name, canonical(part)]),
  ];
}
