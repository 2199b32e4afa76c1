import type { Database } from 'better-sqlite3';
import type { Clock } from '../clock.ts';
import { Container, type ContainerDefinition, type ContainerState } from './container.ts';
import type { Horizon } from './horizons.ts';
import type { Range } from './range.ts';

export interface DatabaseState {
  readonly name: string;
  readonly rid: string;
  readonly etag: string;
  readonly ts: number;
  /** By name, in the order in which they were created. */
  readonly containers: Map<string, Container>;
}

/** Databases with their containers, by name, as they are on disk, in the order in which they were created. */
export function loadCatalog(db: Database, clock: Clock): Map<string, DatabaseState> {
  const names = db.prepare<[], string>('SELECT name FROM databases ORDER BY rowid').pluck().all();
  return new Map(names.map((name) => [name, loadDatabase(db, name, clock) as DatabaseState]));
}

export function loadDatabase(db: Database, name: string, clock: Clock): DatabaseState | undefined {
  const row = db
    .prepare<[string], Omit<DatabaseState, 'containers'>>('SELECT * FROM databases WHERE name = ?')
    .get(name);
  const numbers = db
    .prepare<[string], number>('SELECT number FROM containers WHERE database = ? ORDER BY number')
    .pluck();
  const containers = numbers.all(name).map((number) => new Container(db, loadContainer(db, number), clock));
  return row && { ...row, containers: new Map(containers.map((container) => [container.name, container])) };
}

/** The container with this number, which must be there. */
export function loadContainer(db: Database, number: number): ContainerState {
  const row = db.prepare<[number], StoredContainer>(CONTAINER).get(number);
  if (!row) throw new Error(`container ${number} is not in the data`);
  const ranges = db.prepare<[number], StoredRange>(RANGES).all(number);
  return {
    ...row,
    definition: JSON.parse(row.definition) as ContainerDefinition,
    ranges: ranges.map(({ parents, ...range }) => ({ ...range, parents: JSON.parse(parents) as string[] })),
    horizons: JSON.parse(row.horizons) as Horizon[],
  };
}

const CONTAINER = `
  SELECT number, database, containers.name, containers.rid, databases.rid AS databaseRid, definition, containers.etag,
    containers.ts, next_range AS nextRange, next_document AS nextDocument, horizons
  FROM containers JOIN databases ON databases.name = database WHERE number = ?
`;
const RANGES = 'SELECT id, min, max, parents, lsn, bytes FROM ranges WHERE container = ? ORDER BY min';

type StoredContainer = Omit<ContainerState, 'definition' | 'ranges' | 'horizons'> & {
  readonly definition: string;
  readonly horizons: string;
};
type StoredRange = Omit<Range, 'parents'> & { readonly parents: string };
