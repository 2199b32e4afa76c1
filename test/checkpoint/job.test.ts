import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Job } from '../../src/checkpoint/job.ts';
import { goesOn } from '../../src/checkpoint/sqlite.ts';
import { Accounts } from '../../src/commands/accounts.ts';
import { EVERYTHING } from '../../src/contract.ts';
import { parseAddress } from '../../src/cosmos/address.ts';
import { startOf } from '../support/changes.ts';
import { freshFile, JOB, usedFile, withCheckpoint } from './place.ts';

const HERE = [{ range: EVERYTHING, resumeAt: 'here' }];

describe('a checkpoint that has got somewhere', () => {
  test.each<[string, Partial<Job>, string]>([
    ['source', { source: 'cosmos://two.documents.azure.com/db/items' }, 'other_job'],
    ['target', { target: 'embedded(:memory:):db/other' }, 'other_job'],
    ['mode', { mode: 'all versions' }, 'other_job'],
    ['source container, created again', { sourceRid: 'new' }, 'container_recreated'],
    ['target container, created again', { targetRid: 'new' }, 'container_recreated'],
  ])('is not used for another %s', (_, difference, code) => {
    const file = usedFile();
    const open = (): unknown =>
      withCheckpoint(file, (checkpoint) => checkpoint.positions(), { job: { ...JOB, ...difference } });
    expect(open).toThrow(expect.objectContaining({ code, hint: expect.stringMatching(/--restart/) }));
    expect(withCheckpoint(file, (checkpoint) => checkpoint.positions())).toEqual(HERE);
  });

  test('is forgotten by a restart, for the same job and for another', () => {
    for (const job of [JOB, { ...JOB, source: 'another' }]) {
      const file = usedFile();
      expect(withCheckpoint(file, (checkpoint) => checkpoint.positions(), { job, restart: true })).toEqual([]);
      expect(withCheckpoint(file, (checkpoint) => checkpoint.positions(), { job })).toEqual([]);
    }
  });
});

test('a restart forgets what was noted, too', () => {
  const file = usedFile();
  withCheckpoint(file, (checkpoint) => checkpoint.note(new Map([['part/1', 'open']])));
  expect(withCheckpoint(file, (checkpoint) => checkpoint.notes(), { restart: true })).toEqual(new Map());
});

describe('a job', () => {
  const other = { ...JOB, source: 'another' };

  test('goes on in its own file, which is not touched to find out, and no other does', () => {
    const used = usedFile();
    expect(goesOn(used, JOB, { restart: false })).toBe(true);
    expect(() => goesOn(used, other, { restart: false })).toThrow(expect.objectContaining({ code: 'other_job' }));
    for (const job of [JOB, other]) expect(goesOn(used, job, { restart: true })).toBe(false);
    expect(withCheckpoint(used, (checkpoint) => checkpoint.positions())).toEqual(HERE);
  });

  test('begins where nothing is, or nothing has begun', () => {
    const fresh = freshFile();
    expect(goesOn(fresh, JOB, { restart: false })).toBe(false);
    expect(readdirSync(dirname(dirname(fresh)))).toEqual([]);
    withCheckpoint(fresh, () => {});
    expect(goesOn(fresh, other, { restart: false })).toBe(false);
  });

  test('hears in time that nothing can be kept there', () => {
    const used = usedFile();
    const look = (file: string) => () => goesOn(file, JOB, { restart: false });
    for (const file of [join(used, 'below.db'), '/proc/none/a.db'])
      expect(look(file)).toThrow(expect.objectContaining({ code: 'local_io' }));
  });
});

test('a checkpoint that never began is taken over by another job', () => {
  const file = freshFile();
  withCheckpoint(file, () => {});
  const job = { ...JOB, source: 'another', sourceRid: 'new' };
  withCheckpoint(file, (checkpoint) => checkpoint.begin([startOf(EVERYTHING)]), { job });
  expect(() => withCheckpoint(file, () => {})).toThrow(expect.objectContaining({ code: 'other_job' }));
});

test('no key gets into the file through the names of a job', () => {
  const [key, string] = ['c2VjcmV0', 'AccountEndpoint=https://two.documents.azure.com:443/;AccountKey=c2VjcmV0;'];
  const environment = {
    COSMOS_URI: 'https://user:c2VjcmV0@one.documents.azure.com/',
    COSMOS_KEY: key,
    COSMOS_TARGET_CONNECTION_STRING: string,
  };
  const { signal } = new AbortController();
  const accounts = new Accounts({ environment, signal }, { embeddedData: ':memory:', requestTimeout: 1000 });
  const address = parseAddress('db/items');
  const [source, target] = [accounts.nameOf(address, 'source'), accounts.nameOf(address, 'target')];
  const file = freshFile();
  withCheckpoint(file, (checkpoint) => checkpoint.begin([startOf(EVERYTHING)]), { job: { ...JOB, source, target } });
  const bytes = readFileSync(file, 'latin1');
  expect(bytes).toContain('two.documents.azure.com');
  expect(bytes).not.toContain(key);
});
