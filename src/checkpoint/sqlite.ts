import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Checkpoint, Continuation, Position, Written } from '../contract.ts';
import { assert } from '../support/assert.ts';
import { assertMakable, openFile } from './file.ts';
import { assertSameJob, assertSameNames, type Job, type JobNames } from './job.ts';
import { translated } from './trouble.ts';

export interface CheckpointOptions {
  /** Forget how far the job had come, or which job the file was for. */
  readonly restart: boolean;
}

/**
 * The durable checkpoint: a SQLite file with one job in it and one owner at a time. `save` and `split` return when the
 * position would survive a loss of power.
 */
export function openCheckpoint(file: string, job: Job, { restart }: CheckpointOptions): Checkpoint {
  return translated(file, () => {
    const db = openFile(file);
    try {
      adopt(db, file, job, restart);
      return checkpointIn(db, file);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Whether the job would go on there, rather than begin. Throws what `openCheckpoint` would, and leaves all as it is. */
export function goesOn(file: string, names: JobNames, { restart }: CheckpointOptions): boolean {
  return translated(file, () => {
    if (!existsSync(file)) {
      assertMakable(file);
      return false;
    }
    const db = openFile(file);
    try {
      const stored = db.prepare<[], Job>(READ_JOB).get();
      if (!stored || !hasBegun(db) || restart) return false;
      assertSameNames(stored, names, file);
      return true;
    } finally {
      db.close();
    }
  });
}

/** Makes the file that of this job, unless it holds the progress of another. */
function adopt(db: Database.Database, file: string, job: Job, restart: boolean): void {
  const stored = db.prepare<[], Job>(READ_JOB).get();
  if (stored && hasBegun(db) && !restart) assertSameJob(stored, job, file);
  else {
    db.transaction(() => {
      db.exec('DELETE FROM position; DELETE FROM note; DELETE FROM job');
      db.prepare(WRITE_JOB).run(job);
    }).immediate();
  }
}

function hasBegun(db: Database.Database): boolean {
  return db.prepare('SELECT 1 FROM position').get() !== undefined;
}

const READ_JOB = 'SELECT source, target, mode, source_rid AS sourceRid, target_rid AS targetRid FROM job';
const WRITE_JOB =
  'INSERT INTO job (id, source, target, mode, source_rid, target_rid) VALUES (1, @source, @target, @mode, @sourceRid, @targetRid)';

function checkpointIn(db: Database.Database, file: string): Checkpoint {
  const load = db.prepare<[], Row>('SELECT min, max, resume_at FROM position ORDER BY min');
  const insert = db.prepare<[string, string, string | null]>(
    'INSERT INTO position (min, max, resume_at) VALUES (?, ?, ?)',
  );
  const update = db.prepare<[string | null, string, string]>(
    'UPDATE position SET resume_at = ? WHERE min = ? AND max = ?',
  );
  const remove = db.prepare<[string, string]>('DELETE FROM position WHERE min = ? AND max = ?');
  const loadNotes = db.prepare<[], { name: string; text: string }>('SELECT name, text FROM note');
  const setNote = db.prepare<[string, string]>('INSERT OR REPLACE INTO note (name, text) VALUES (?, ?)');
  const removeNote = db.prepare<[string]>('DELETE FROM note WHERE name = ?');
  const note = (notes: Written): void => {
    for (const [name, text] of notes ?? []) {
      if (text === undefined) removeNote.run(name);
      else setNote.run(name, text);
    }
  };
  const store = (positions: readonly Position[]): void => {
    for (const { range, resumeAt } of positions) insert.run(range.min, range.max, resumeAt ?? null);
  };
  /** One transaction, written through. */
  const commit = (work: () => void): void => translated(file, () => db.transaction(work).immediate());
  return {
    positions: () => translated(file, () => load.all().map(positionOf)),
    notes: () => translated(file, () => new Map(loadNotes.all().map(({ name, text }) => [name, text]))),
    begin: (starts) => commit(() => store(starts)),
    save: (range, resumeAt, notes) =>
      commit(() => {
        assert(update.run(resumeAt ?? null, range.min, range.max).changes === 1, 'a range that is saved is stored');
        note(notes);
      }),
    split: (range, successors, notes) =>
      commit(() => {
        assert(remove.run(range.min, range.max).changes === 1, 'a range that splits is stored');
        store(successors);
        note(notes);
      }),
    note: (notes) => commit(() => note(notes)),
    close: () => void db.close(),
  };
}

interface Row {
  readonly min: string;
  readonly max: string;
  readonly resume_at: string | null;
}

function positionOf({ min, max, resume_at }: Row): Position {
  return { range: { min, max }, resumeAt: (resume_at ?? undefined) as Continuation | undefined };
}
