import { expect, test } from 'vitest';
import { EVERYTHING } from '../../../src/contract.ts';
import { Circuit } from '../../../src/sinks/http/circuit.ts';
import type { Outcome } from '../../../src/sinks/http/outcome.ts';
import { FlowError } from '../../../src/support/error.ts';
import { upsert } from '../../support/changes.ts';
import { failureOf, openSink, serve, status } from './rig.ts';

const DOWN: Outcome = { kind: 'again', retryAfterMs: 0, reason: new FlowError('sink_unavailable', 'down') };
const UP: Outcome = { kind: 'delivered' };

/** A circuit that opens after three failures, for 10 ms at first and 40 at most, with a clock that the test moves. */
function rig() {
  const clock = { now: 0 };
  const said: string[] = [];
  let asked = 0;
  const circuit = new Circuit({
    failuresMax: 3,
    openMs: [10, 40],
    onOpen: ({ message }) => said.push(`open: ${message}`),
    onClose: () => said.push('closed'),
    now: () => clock.now,
  });
  const ask = (outcome: Outcome | Promise<Outcome>): Promise<Outcome> =>
    circuit.through(async () => {
      asked++;
      return outcome;
    });
  return { clock, said, ask, asked: () => asked };
}

test('a receiver that fails some times in a row is asked nothing for a while, then once, then longer not', async () => {
  const { clock, said, ask, asked } = rig();
  for (let times = 0; times < 10; times++) expect((await ask(DOWN)).kind).toBe('again');
  expect(asked()).toBe(3);
  expect(said).toEqual(['open: down']);
  for (const openMs of [10, 20, 40, 40]) {
    expect(await ask(UP)).toMatchObject({ kind: 'again', retryAfterMs: openMs });
    clock.now += openMs - 1;
    expect(await ask(UP)).toMatchObject({ kind: 'again', retryAfterMs: 1 });
    clock.now += 1;
    const before = asked();
    await ask(DOWN);
    expect(asked()).toBe(before + 1);
  }
  expect(said).toEqual(['open: down']);
});

test('failures that are not in a row do not count', async () => {
  const { said, ask, asked } = rig();
  for (let times = 0; times < 10; times++) {
    await ask(DOWN);
    await ask(DOWN);
    await ask(UP);
  }
  expect(asked()).toBe(30);
  expect(said).toEqual([]);
});

test('while one request probes, the others wait for what becomes of it', async () => {
  const { clock, said, ask, asked } = rig();
  for (let times = 0; times < 3; times++) await ask(DOWN);
  clock.now = 10;
  const probe = Promise.withResolvers<Outcome>();
  const first = ask(probe.promise);
  const others = [ask(UP), ask(UP), ask(UP)];
  expect(asked()).toBe(4);
  probe.resolve(DOWN);
  expect(await first).toBe(DOWN);
  for (const other of others) expect(await other).toMatchObject({ kind: 'again', retryAfterMs: 20 });
  expect(asked()).toBe(4);

  clock.now = 30;
  expect(await Promise.all([ask(UP), ask(UP), ask(UP)])).toEqual([UP, UP, UP]);
  expect(asked()).toBe(7);
  expect(said).toEqual(['open: down', 'closed']);
});

test('a refusal is an answer, too', async () => {
  const { clock, said, ask } = rig();
  for (let times = 0; times < 3; times++) await ask(DOWN);
  clock.now = 10;
  expect((await ask({ kind: 'refused', status: 400, why: '' })).kind).toBe('refused');
  expect(said).toEqual(['open: down', 'closed']);
});

test('what was under way when it opened opens it no further', async () => {
  const { clock, ask } = rig();
  const late = [Promise.withResolvers<Outcome>(), Promise.withResolvers<Outcome>()];
  const underWay = late.map(({ promise }) => ask(promise));
  for (let times = 0; times < 3; times++) await ask(DOWN);
  for (const { resolve } of late) resolve(DOWN);
  await Promise.all(underWay);
  clock.now = 10;
  expect(await ask(UP)).toBe(UP);
});

test('a receiver that has said how long to leave it alone is left alone, even if it fails for the first time', async () => {
  const { clock, said, ask, asked } = rig();
  await ask({ ...DOWN, retryAfterMs: 1000 } as Outcome);
  clock.now = 999;
  expect(await ask(UP)).toMatchObject({ kind: 'again', retryAfterMs: 1 });
  clock.now = 1000;
  expect(await ask(UP)).toBe(UP);
  expect(asked()).toBe(2);
  expect(said).toEqual([]);
});

test('of many changes for a receiver that is down only a few are sent, however many at once', async () => {
  const { url, requests } = await serve(status(503));
  const sink = openSink(url, { circuit: { failuresMax: 8, openMs: [60_000, 60_000] }, connections: 64 });
  const changes = Array.from({ length: 500 }, (_, index) => upsert(`item-${index}`));
  expect(await failureOf(sink.write(changes, EVERYTHING))).toMatchObject({ changes });
  // Those that had been sent when the eighth failed.
  expect(requests.length).toBeLessThanOrEqual(8 + 16);
});
