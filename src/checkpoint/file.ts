import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { assert } from '../support/assert.ts';
import { makeDirectory } from '../support/directory.ts';
import { damaged, notOne } from './trouble.ts';

/**
 * Opens a checkpoint file, or makes one. It then belongs to this process until it is closed or the process ends.
 * A file that exists but is not a whole checkpoint is refused: to start afresh over it would lose its job.
 */
export function openFile(file: string): Database.Database {
  if (!existsSync(file)) {
    assertNoLog(file);
    create(file);
  }
  assertCheckpoint(file);
  return open(file);
}

/** Throws what making the file would throw, and leaves nothing behind. */
export function assertMakable(file: string): void {
  assertNoLog(file);
  let nearest = dirname(resolve(file));
  while (!existsSync(nearest)) nearest = dirname(nearest);
  rmdirSync(mkdtempSync(join(nearest, '.cosmosflow-')));
}

/** SQLite would play it into the new file, and the job would go on where the deleted one was. */
function assertNoLog(file: string): void {
  if (existsSync(`${file}-wal`)) throw damaged(file, 'it is gone, but its write-ahead log is still there');
}

/** Refuses a file that is something else, before SQLite touches it or waits for its owner. */
export function assertCheckpoint(file: string): void {
  if (!statSync(file).isFile()) throw notOne(file);
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header);
  } finally {
    closeSync(descriptor);
  }
  if (!header.subarray(0, MAGIC.length).equals(MAGIC) || header.readUInt32BE(ID_AT) !== APPLICATION_ID)
    throw notOne(file);
}

/** https://sqlite.org/fileformat.html#the_database_header */
const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0');
const ID_AT = 68;

/** "CFlw": tells our files from other SQLite databases. */
const APPLICATION_ID = 0x43466c77;
const SCHEMA_VERSION = 2;
const NOTES = 'CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;';
const SCHEMA = `
  CREATE TABLE job (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    mode TEXT NOT NULL,
    source_rid TEXT NOT NULL,
    target_rid TEXT NOT NULL
  ) STRICT;
  CREATE TABLE position (
    min TEXT NOT NULL,
    max TEXT NOT NULL,
    resume_at TEXT,
    PRIMARY KEY (min, max)
  ) STRICT, WITHOUT ROWID;
  ${NOTES}
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

function open(file: string): Database.Database {
  const db = new Database(file, { fileMustExist: true, timeout: 500 });
  try {
    // An exclusive lock is the operating system's: it ends with the process, however that ends.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('trusted_schema = OFF');
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > SCHEMA_VERSION || version < 1)
      throw damaged(file, `its version is ${version}, this cosmosflow knows ${SCHEMA_VERSION}`);
    const check = String(db.pragma('quick_check(1)', { simple: true }));
    if (check !== 'ok') throw damaged(file, check);
    // Nothing is written before this: what is refused is left as it was found.
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    assert(db.pragma('synchronous', { simple: true }) === 2, 'the checkpoint is written through to the disk');
    // Writing is what takes the lock for good.
    db.exec(`BEGIN IMMEDIATE; ${version < 2 ? NOTES : ''} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Makes the file whole under another name first, so that a crash never leaves half a checkpoint behind. */
function create(file: string): void {
  const directory = dirname(file);
  makeDirectory(directory);
  removeDrafts(file);
  const draft = `${file}.${process.pid}.new`;
  closeSync(openSync(draft, 'wx', 0o600));
  const db = new Database(draft);
  db.exec(SCHEMA);
  db.pragma('journal_mode = WAL');
  db.close();
  sync(draft);
  try {
    linkSync(draft, file);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // Some file systems have no links.
    if (/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS)$/.test(code)) renameSync(draft, file);
    // Or somebody else has just made one; who may own it is decided by opening it.
    else if (code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  sync(directory);
}

/** Those that were left behind by processes which were killed: nobody takes long to make one. */
function removeDrafts(file: string): void {
  const [directory, name] = [dirname(file), `${basename(file)}.`];
  for (const found of readdirSync(directory)) {
    const [, pid] = DRAFT.exec(found.startsWith(name) ? found.slice(name.length) : '') ?? [];
    if (pid === undefined) continue;
    const path = join(directory, found);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Number(pid) === process.pid || changed < Date.now() - DRAFT_MS) rmSync(path, { force: true });
  }
}

const DRAFT = /^(\d+)\.new(?:-wal|-shm|-journal)?$/;
const DRAFT_MS = 3_600_000;

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
