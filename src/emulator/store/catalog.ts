import type { Database } from 'better-sqlite3';
import { Container, type ContainerDefinition } from './container.ts';
import type { Range } from './range.ts';

export interface DatabaseState {
  readonly name: string;
  readonly rid: string;
  readonly etag: string;
  readonly ts: number;
  readonly containers: Map<string, Container>;
}

/** Databases with their containers, by name, as they are on disk. */
export function loadCatalog(db: Database): Map<string, DatabaseState> {
  const rows = db.prepare<[], Omit<DatabaseState, 'containers'>>('SELECT * FROM databases ORDER BY name').all();
  const databases = new Map(rows.map((row) => [row.name, { ...row, containers: new Map<string, Container>() }]));
  const ranges = db.prepare<[number], StoredRange>('SELECT * FROM ranges WHERE container = ? ORDER BY min');
  for (const row of db.prepare<[], StoredContainer>('SELECT * FROM containers ORDER BY name').all()) {
    const database = databases.get(row.database);
    database?.containers.set(row.name, containerOf(db, row, database.rid, ranges.all(row.number)));
  }
  return databases;
}

interface StoredContainer {
  readonly number: number;
  readonly database: string;
  readonly name: string;
  readonly rid: string;
  readonly definition: string;
  readonly etag: string;
  readonly ts: number;
  readonly next_range: number;
  readonly next_document: number;
}

type StoredRange = Omit<Range, 'parents'> & { readonly parents: string };

function containerOf(db: Database, row: StoredContainer, databaseRid: string, ranges: StoredRange[]): Container {
  return new Container(db, {
    ...row,
    databaseRid,
    definition: JSON.parse(row.definition) as ContainerDefinition,
    ranges: ranges.map(({ id, min, max, parents, lsn }) => ({ id, min, max, parents: JSON.parse(parents), lsn })),
    nextRange: row.next_range,
    nextDocument: row.next_document,
  });
}
