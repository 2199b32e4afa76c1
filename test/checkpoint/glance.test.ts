import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { glanceAt } from '../../src/checkpoint/glance.ts';
import type { Job } from '../../src/checkpoint/job.ts';
import { openCheckpoint } from '../../src/checkpoint/sqlite.ts';
import { type Continuation, EVERYTHING } from '../../src/contract.ts';
import { startOf } from '../support/changes.ts';
import { useDirectory } from '../support/run-cli.ts';

const JOB: Job = { source: 'a', target: 'b', mode: 'latest version', sourceRid: 'r', targetRid: 's' };

test('a checkpoint tells where a job goes on, and neither it nor what lies beside it changes', () => {
  const file = join(useDirectory(), 'checkpoint.db');
  const checkpoint = openCheckpoint(file, JOB, { restart: false });
  checkpoint.begin([startOf(EVERYTHING)]);
  checkpoint.save(EVERYTHING, 'here' as Continuation);
  checkpoint.close();
  const before = stateOf(file);
  expect(glanceAt(file, JOB, { restart: false })).toEqual([{ range: EVERYTHING, resumeAt: 'here' }]);
  expect(glanceAt(file, JOB, { restart: true })).toEqual([]);
  expect(stateOf(file)).toEqual(before);
});

test('also while its owner is alive, whose log holds the newest position', () => {
  const file = join(useDirectory(), 'checkpoint.db');
  const checkpoint = openCheckpoint(file, JOB, { restart: false });
  onTestFinished(() => checkpoint.close());
  checkpoint.begin([startOf(EVERYTHING)]);
  checkpoint.save(EVERYTHING, 'newest' as Continuation);
  expect(glanceAt(file, JOB, { restart: false })).toEqual([{ range: EVERYTHING, resumeAt: 'newest' }]);
});

test('no copy is left behind', () => {
  const file = join(useDirectory(), 'checkpoint.db');
  openCheckpoint(file, JOB, { restart: false }).close();
  const elsewhere = useDirectory();
  vi.stubEnv('TMPDIR', elsewhere);
  onTestFinished(() => void vi.unstubAllEnvs());
  glanceAt(file, JOB, { restart: false });
  expect(() => glanceAt(dirname(file), JOB, { restart: false })).toThrow();
  expect(readdirSync(elsewhere)).toEqual([]);
});

test('there is nothing where there is no file, and none is made', () => {
  const file = join(useDirectory(), 'checkpoint.db');
  expect(glanceAt(file, JOB, { restart: false })).toEqual([]);
  expect(readdirSync(dirname(file))).toEqual([]);
});

test('another job and a file that is no checkpoint are refused by the name of the file', () => {
  const file = join(useDirectory(), 'checkpoint.db');
  const checkpoint = openCheckpoint(file, JOB, { restart: false });
  checkpoint.begin([startOf(EVERYTHING)]);
  checkpoint.close();
  const glance = (job: Job) => () => glanceAt(file, job, { restart: false });
  expect(glance({ ...JOB, target: 'c' })).toThrow(`"${file}" is the checkpoint of another job`);
  expect(glance({ ...JOB, targetRid: 't' })).toThrow(/was created again/);
  expect(glance({ ...JOB, targetRid: '' })).toThrow(/the target b is gone/);
  writeFileSync(file, 'no checkpoint');
  expect(glance(JOB)).toThrow(`"${file}" is not a checkpoint`);
});

function stateOf(file: string): unknown {
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  return [digest, readdirSync(dirname(file)).sort()];
}
