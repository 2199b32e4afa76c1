import fs, { copyFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/sqlite.ts';
import { EVERYTHING, type Notes } from '../../src/contract.ts';
import { describeCheckpoint } from '../contract/checkpoint.ts';
import { freshFile, JOB, usedFile, withCheckpoint } from './place.ts';

describeCheckpoint('SQLite', {
  prepare: () => {
    const file = freshFile();
    return () => openCheckpoint(file, JOB, { restart: false });
  },
  durable: true,
});

describe('the file', () => {
  test('is readable by its owner alone, and so is the directory that is made for it', () => {
    const file = usedFile();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  });

  test('says whose it is and in which version', () => {
    const db = inspect(usedFile());
    expect(db.pragma('application_id', { simple: true })).toBe(Buffer.from('CFlw').readInt32BE());
    expect(db.pragma('user_version', { simple: true })).toBe(2);
  });

  test('has a write-ahead log and tables that keep to their types', () => {
    const db = inspect(usedFile());
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    const tables = db.prepare(
      "SELECT strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
    );
    expect(tables.pluck().all()).toEqual([1, 1, 1]);
    expect(() => db.exec("UPDATE position SET resume_at = x'00'")).toThrow(/cannot store BLOB/);
  });

  test('that has no room for another position is an error of local input and output, and stays as it was', () => {
    const pragma = vi.spyOn(Database.prototype, 'pragma');
    onTestFinished(() => pragma.mockRestore());
    withCheckpoint(usedFile(), (checkpoint) => {
      (pragma.mock.contexts.at(-1) as Database.Database).pragma('max_page_count = 1');
      expect(() => checkpoint.save(EVERYTHING, 'x'.repeat(50_000) as never)).toThrow(
        expect.objectContaining({ code: 'local_io', exitStatus: 9, message: expect.stringContaining('full') }),
      );
      expect(checkpoint.positions()).toEqual([{ range: EVERYTHING, resumeAt: 'here' }]);
    });
  });

  test('is written through to the disk at each commit', () => {
    const pragma = vi.spyOn(Database.prototype, 'pragma');
    onTestFinished(() => pragma.mockRestore());
    const checkpoint = openCheckpoint(freshFile(), JOB, { restart: false });
    onTestFinished(() => checkpoint.close());
    const db = pragma.mock.contexts.at(-1) as Database.Database;
    expect(db.pragma('synchronous', { simple: true })).toBe(FULL);
    expect(db.pragma('locking_mode', { simple: true })).toBe('exclusive');
  });

  test('is not written when a range is where it was, with the notes that it had', () => {
    const file = usedFile();
    withCheckpoint(file, (checkpoint) => {
      const log = (): string => readFileSync(`${file}-wal`, 'base64');
      const save = (resumeAt: string | undefined, notes?: Notes): boolean => {
        const before = log();
        checkpoint.save(EVERYTHING, resumeAt as never, notes);
        return log() !== before;
      };
      const open = new Map([['part/1', 'open']]);
      const forgotten = new Map([['part/1', undefined]]);
      expect([save('here'), save('here', new Map()), save('here', forgotten)]).toEqual([false, false, false]);
      expect([save('here', open), save('here', open), save('here')]).toEqual([true, false, false]);
      expect([save('there', open), save('there', open)]).toEqual([true, false]);
      expect([save('there', forgotten), save('there', forgotten)]).toEqual([true, false]);
      expect([save(undefined), save(undefined), save('there')]).toEqual([true, false, true]);
    });
  });

  test('is all that is left in its directory', () => {
    const file = usedFile();
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
  });

  test('is made where there are no links, too', () => {
    vi.spyOn(fs, 'linkSync').mockImplementation(() => {
      throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM', syscall: 'link' });
    });
    syncBuiltinESMExports();
    onTestFinished(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });
    const file = usedFile();
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
  });

  test('that another process makes at the same time is taken as it is', () => {
    const [file, other] = [freshFile(), usedFile()];
    const { exec } = Database.prototype;
    vi.spyOn(Database.prototype, 'exec').mockImplementationOnce(function (this: Database.Database, sql: string) {
      copyFileSync(other, file);
      return exec.call(this, sql);
    });
    expect(withCheckpoint(file, (checkpoint) => checkpoint.positions())).toEqual([
      { range: EVERYTHING, resumeAt: 'here' },
    ]);
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
  });

  test('is whole by itself once it is closed', () => {
    const file = usedFile();
    expect(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    expect(inspect(file).prepare('SELECT resume_at FROM position').pluck().all()).toEqual(['here']);
  });
});

test.each(['save', 'split'] as const)(
  '%s of a range that is not stored breaks an invariant, and changes nothing',
  (method) => {
    withCheckpoint(usedFile(), (checkpoint) => {
      const other = { min: '', max: '80' };
      const call = (): void =>
        method === 'save'
          ? checkpoint.save(other, 'there' as never)
          : checkpoint.split(other, [{ range: other, resumeAt: undefined }]);
      expect(call).toThrow(/broken invariant/);
      expect(checkpoint.positions()).toEqual([{ range: EVERYTHING, resumeAt: 'here' }]);
    });
  },
);

test('a note that belongs to a position which cannot be stored is not stored either', () => {
  withCheckpoint(usedFile(), (checkpoint) => {
    const twice = { range: { min: '', max: '80' }, resumeAt: undefined };
    expect(() => checkpoint.split(EVERYTHING, [twice, twice], new Map([['part/1', 'open']]))).toThrow();
    expect(checkpoint.notes()).toEqual(new Map());
  });
});

test('a split that fails half-way leaves the range as it was', () => {
  withCheckpoint(usedFile(), (checkpoint) => {
    const twice = { range: { min: '', max: '80' }, resumeAt: undefined };
    expect(() => checkpoint.split(EVERYTHING, [twice, twice])).toThrow();
    expect(checkpoint.positions()).toEqual([{ range: EVERYTHING, resumeAt: 'here' }]);
  });
});

test('a checkpoint of version 1 goes on where it was', () => {
  const file = usedFile();
  const db = inspect(file);
  db.exec('DROP TABLE note; PRAGMA user_version = 1');
  db.close();
  withCheckpoint(file, (checkpoint) => {
    expect(checkpoint.positions()).toEqual([{ range: EVERYTHING, resumeAt: 'here' }]);
    checkpoint.save(EVERYTHING, 'there' as never, new Map([['part/1', 'open']]));
    expect(checkpoint.notes()).toEqual(new Map([['part/1', 'open']]));
  });
});

const FULL = 2;

function inspect(file: string): Database.Database {
  const db = new Database(file);
  onTestFinished(() => void db.close());
  return db;
}
