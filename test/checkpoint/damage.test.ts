import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EVERYTHING } from '../../src/contract.ts';
import { Store } from '../../src/emulator/store/store.ts';
import { startOf } from '../support/changes.ts';
import { randomFrom } from '../support/random.ts';
import { freshFile, usedFile, withCheckpoint } from './place.ts';

const PAGE_BYTES = 4096;

describe('is no checkpoint, and left as it is, as somebody may need it:', () => {
  test.each<[string, () => string]>([
    ['a file of no bytes', () => fileWith(Buffer.alloc(0))],
    ['a file of 50 random bytes', () => fileWith(randomBytes(50))],
    ['a file of 20,000 random bytes', () => fileWith(randomBytes(20_000))],
    ['a text', () => fileWith(Buffer.from('{"id":"a"}\n'.repeat(100)))],
    ['a SQLite database of something else', () => foreignDatabase(0)],
    ['a SQLite database of something else that has a version', () => foreignDatabase(2)],
    ['embedded data that is in use', embeddedData],
  ])('%s', (_, make) => {
    const file = make();
    const before = snapshot(file);
    expect(() => withCheckpoint(file, () => {}, { restart: true })).toThrow(
      expect.objectContaining({
        exitStatus: 2,
        message: `"${file}" is not a checkpoint`,
        hint: expect.not.stringMatching(/delete|rm|restart/),
      }),
    );
    expect(snapshot(file)).toEqual(before);
  });

  test.each(['/dev/full', '/'])('%s', (file) => {
    expect(() => withCheckpoint(file, () => {})).toThrow(`"${file}" is not a checkpoint`);
  });
});

describe('is refused and left as it is:', () => {
  test.each<[string, () => string]>([
    ['a checkpoint without a version', () => altered((db) => void db.pragma('user_version = 0'))],
    ['a checkpoint of a later version', () => altered((db) => void db.pragma('user_version = 3'))],
    ['a checkpoint that lost its end', () => rewritten((bytes) => bytes.subarray(0, PAGE_BYTES))],
    [
      'a checkpoint with a page of zeros',
      () => rewritten((bytes) => Buffer.from(bytes).fill(0, PAGE_BYTES, 2 * PAGE_BYTES)),
    ],
    ['a checkpoint with a page of noise', () => rewritten(withNoise)],
  ])('%s', (_, make) => {
    const file = make();
    const before = snapshot(file);
    expect(() => withCheckpoint(file, (checkpoint) => checkpoint.positions(), { restart: true })).toThrow(
      expect.objectContaining({ code: 'checkpoint_damaged', message: expect.stringContaining(file) }),
    );
    expect(snapshot(file)).toEqual(before);
  });
});

test('a later version is named, so that one knows which program to use', () => {
  const file = altered((db) => void db.pragma('user_version = 7'));
  expect(() => withCheckpoint(file, () => {})).toThrow(/its version is 7/);
});

test('a checkpoint that was deleted while a log of it is left does not come back, nor begin anew', () => {
  const file = usedFile();
  const log = withCheckpoint(file, (checkpoint) => {
    checkpoint.save(EVERYTHING, 'later' as never);
    return readFileSync(`${file}-wal`);
  });
  rmSync(file);
  writeFileSync(`${file}-wal`, log);
  const before = snapshot(file);
  expect(() => withCheckpoint(file, () => {}, { restart: true })).toThrow(
    expect.objectContaining({ code: 'checkpoint_damaged', message: expect.stringContaining('write-ahead log') }),
  );
  expect(snapshot(file)).toEqual(before);
});

function fileWith(bytes: Uint8Array): string {
  const file = freshFile();
  mkdirSync(dirname(file));
  writeFileSync(file, bytes);
  return file;
}

function randomBytes(length: number): Buffer {
  const random = randomFrom(length);
  return Buffer.from(Array.from({ length }, () => random.integer(256)));
}

function foreignDatabase(version: number): string {
  const file = fileWith(Buffer.alloc(0));
  const db = new Database(file);
  db.exec("CREATE TABLE position (min TEXT, max TEXT, resume_at TEXT); INSERT INTO position VALUES ('', 'FF', NULL)");
  db.pragma(`user_version = ${version}`);
  db.close();
  return file;
}

function embeddedData(): string {
  const file = freshFile();
  const store = new Store(file);
  onTestFinished(() => void store.close());
  return file;
}

function altered(change: (db: Database.Database) => void): string {
  const file = usedFile();
  const db = new Database(file);
  change(db);
  db.close();
  return file;
}

/** Of a checkpoint with enough in it to fill several pages. */
function rewritten(change: (bytes: Buffer) => Buffer): string {
  const file = freshFile();
  withCheckpoint(file, (checkpoint) => {
    checkpoint.begin([startOf(EVERYTHING)]);
    checkpoint.save(EVERYTHING, 'x'.repeat(3 * PAGE_BYTES) as never);
  });
  writeFileSync(file, change(readFileSync(file)));
  return file;
}

function withNoise(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, PAGE_BYTES), randomBytes(2 * PAGE_BYTES), bytes.subarray(3 * PAGE_BYTES)]);
}

/** Names and digests of everything in the directory. */
function snapshot(file: string): [string, string][] {
  const directory = dirname(file);
  return readdirSync(directory)
    .sort()
    .map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    ]);
}
