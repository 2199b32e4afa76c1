import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { makeDirectory } from '../../support/directory.ts';
import { FlowError } from '../../support/error.ts';

/** Opens the data, which one process at a time may own; makes an empty store where there is none. */
export function openDatabase(file: string): Database.Database {
  if (file !== MEMORY) makeFile(file);
  const db = new Database(file, { timeout: 0 });
  try {
    if (file !== MEMORY) claim(db);
    prepare(db, file);
    return db;
  } catch (error) {
    db.close();
    throw dataError(error, file);
  }
}

const MEMORY = ':memory:';
const APPLICATION_ID = 0x636f7366;
const VERSION = 4;
const FULL = 2;
const CACHE_KIBIBYTES = 65_536;
/** 32 MB of log. */
const CHECKPOINT_PAGES = 8192;

const TABLES = `
  CREATE TABLE databases (name TEXT PRIMARY KEY, rid TEXT NOT NULL, etag TEXT NOT NULL, ts INTEGER NOT NULL) STRICT;
  CREATE TABLE containers (
    number INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL REFERENCES databases, name TEXT NOT NULL,
    rid TEXT NOT NULL, definition TEXT NOT NULL, etag TEXT NOT NULL, ts INTEGER NOT NULL,
    next_range INTEGER NOT NULL, next_document INTEGER NOT NULL, horizons TEXT NOT NULL,
    UNIQUE (database, name)
  ) STRICT;
  CREATE TABLE ranges (
    container INTEGER NOT NULL REFERENCES containers ON DELETE CASCADE, id INTEGER NOT NULL,
    min TEXT NOT NULL, max TEXT NOT NULL, parents TEXT NOT NULL, lsn INTEGER NOT NULL,
    bytes INTEGER NOT NULL, PRIMARY KEY (container, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE offers (
    id TEXT PRIMARY KEY, resource TEXT NOT NULL, target TEXT NOT NULL UNIQUE, content TEXT NOT NULL,
    etag TEXT NOT NULL, ts INTEGER NOT NULL
  ) STRICT;
`;

function makeFile(file: string): void {
  try {
    makeDirectory(dirname(file));
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new FlowError('local_io', `cannot write the embedded data "${file}"`, { cause: error });
  }
}

function claim(db: Database.Database): void {
  // Before the first access: then SQLite keeps its index of the log in memory and holds the lock until it closes.
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  // Documents of many keys touch many pages: with room for them, and rare checkpoints, a page is written less often.
  db.pragma(`cache_size = -${CACHE_KIBIBYTES}`);
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  if (db.pragma('synchronous', { simple: true }) !== FULL) throw new Error('SQLite does not sync each commit');
}

function prepare(db: Database.Database, file: string): void {
  db.pragma('foreign_keys = ON');
  const applicationId = db.pragma('application_id', { simple: true });
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  if (applicationId === 0 && tables === 0) create(db);
  else if (applicationId !== APPLICATION_ID) {
    throw new FlowError('local_io', `"${file}" is not data of the embedded server`, { hint: 'choose another file' });
  }
  const version = db.pragma('user_version', { simple: true });
  if (version !== VERSION) {
    throw new FlowError(
      'local_io',
      `the embedded data "${file}" has version ${version}, this program reads ${VERSION}`,
    );
  }
  // A write, so that a second owner is found out now and not at its first request.
  db.pragma(`user_version = ${VERSION}`);
}

function create(db: Database.Database): void {
  db.transaction(() => {
    db.exec(TABLES);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${VERSION}`);
  }).immediate();
}

/** The same error, or what it means when it comes from reading the data. */
export function dataError(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_BUSY')) {
    const hint = `for several at once, stop that one, run cosmosflow emulator --data ${file}, and write cosmos://localhost:8081/… for embedded:…`;
    return new FlowError('in_use', `the embedded data "${file}" is in use by another process`, { hint, cause: error });
  }
  const what = error.code === 'SQLITE_NOTADB' ? 'is not data of the embedded server' : 'cannot be read';
  return new FlowError('local_io', `"${file}" ${what}`, { hint: 'choose another file', cause: error });
}
