import { expect, test } from 'vitest';
import { type Change, EVERYTHING, type Sink } from '../../src/contract.ts';
import { lookedInto, unlessGone, type Verdict } from '../../src/sinks/looked-into.ts';
import { type Refusal, Refused } from '../../src/sinks/refused.ts';
import type { Stored } from '../../src/sinks/stored.ts';
import { Undelivered } from '../../src/sinks/undelivered.ts';
import { upsert } from '../support/changes.ts';

const [DONE, OTHER, AGAIN, LEFT] = ['done', 'other', 'again', 'left'].map((id) => upsert(id)) as [
  Change,
  Change,
  Change,
  Change,
];
const BUSY = new Error('busy');

test('what is there already is done, and what the sink had left is still to be written', async () => {
  await expect(write([conflict(DONE)], [LEFT])).rejects.toMatchObject({ name: 'Undelivered', changes: [LEFT] });
  await expect(write([conflict(DONE)], [])).resolves.toBeUndefined();
});

test('what has to be judged again is still to be written, beside what the sink had left', async () => {
  await expect(write([conflict(AGAIN), conflict(DONE)], [LEFT])).rejects.toMatchObject({
    name: 'Undelivered',
    changes: [LEFT, AGAIN],
    retryAfterMs: 0,
  });
});

test('what is refused for good takes nothing else with it', async () => {
  const tooLarge = { change: LEFT, reason: new Error('too large'), status: 413 };
  await expect(write([conflict(DONE), conflict(OTHER), conflict(AGAIN), tooLarge], [])).rejects.toMatchObject({
    name: 'Refused',
    refusals: [{ change: OTHER }, tooLarge],
    left: [AGAIN],
  });
});

test('while nobody tells what is there, all that was not written is still to be written', async () => {
  const busy: Stored = async (changes) => {
    throw new Undelivered(changes, { retryAfterMs: 7, reason: BUSY });
  };
  await expect(write([conflict(DONE), conflict(OTHER)], [LEFT], busy)).rejects.toMatchObject({
    name: 'Undelivered',
    changes: [DONE, OTHER, LEFT],
    retryAfterMs: 7,
    reason: BUSY,
  });
});

test('where there are no unique keys, what was in the way and is gone is no reason to refuse', () => {
  const found = { text: Buffer.from('{}'), etag: 'e' };
  const refusing = unlessGone((refusal) => refusal);
  expect(refusing(conflict(OTHER), undefined)).toBe('again');
  expect(refusing(conflict(OTHER), found)).toEqual(conflict(OTHER));
  const missing = { ...conflict(OTHER), status: 404 };
  expect(refusing(missing, undefined)).toBe(missing);
});

/** A write of which the sink refuses some and has not come to others. */
function write(refusals: readonly Refusal[], left: readonly Change[], stored: Stored = async () => new Map()) {
  const sink: Sink = {
    write: async () => {
      throw new Refused(refusals, left);
    },
    close: async () => {},
  };
  const verdict: Verdict = (refusal) => {
    if (refusal.change === OTHER) return refusal;
    return refusal.change === DONE ? 'done' : 'again';
  };
  const changes = [...refusals.map(({ change }) => change), ...left];
  return lookedInto(sink, stored, verdict).write(changes, EVERYTHING);
}

function conflict(change: Change): Refusal {
  return { change, reason: new Error('409'), status: 409 };
}
