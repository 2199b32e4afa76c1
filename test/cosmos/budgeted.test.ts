import { expect, test } from 'vitest';
import { Budget } from '../../src/cosmos/budget.ts';
import { budgeted, containerPath, type Terms } from '../../src/cosmos/budgeted.ts';
import { type Exchange, type HttpRequest, ResponseHeaders } from '../../src/cosmos/transport.ts';
import { HEADER } from '../../src/protocol/headers.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const ITEMS = { database: 'db', container: 'größe 1' };

test('requests for documents of a container say whose they are, and no others', async () => {
  const { ask } = rig({ priority: 'low', bucket: 3 });
  const said = (headers: ResponseHeaders) => [headers.get(HEADER.priority), headers.get(HEADER.throughputBucket)];
  expect(said(await ask('docs', {}))).toEqual(['Low', '3']);
  expect(said(await ask('docs/a', {}))).toEqual(['Low', '3']);
  expect(said(await ask('pkranges', {}))).toEqual([undefined, undefined]);
  expect(said(await ask('', {}))).toEqual([undefined, undefined]);
});

test('after a page that cost much, smaller ones are asked for; never larger ones than wanted', async () => {
  const clock = new VirtualClock();
  const answer = { [HEADER.requestCharge]: '400', [HEADER.itemCount]: '1000' };
  const { ask } = rig({ budget: new Budget({ unitsPerSecond: 1000, clock }) }, answer);
  const page = { [HEADER.changeFeed]: 'Incremental feed', [HEADER.maxItemCount]: '1000' };
  await ask('docs', page);
  const next = ask('docs', page);
  await clock.pass(2000);
  expect((await next).get(HEADER.maxItemCount)).toBe('125');
  const small = ask('docs', { ...page, [HEADER.maxItemCount]: '7' });
  await clock.pass(2000);
  expect((await small).get(HEADER.maxItemCount)).toBe('7');
});

test('a request that was refused does not make the next ones seem cheap', async () => {
  const budget = new Budget({ unitsPerSecond: 1000, clock: new VirtualClock() });
  const before = budget.sizeMax('write');
  const { ask } = rig({ budget }, { [HEADER.requestCharge]: '0.38' }, 429);
  await ask('docs', { [HEADER.isBatch]: 'True' });
  expect(budget.sizeMax('write')).toBe(before);
});

test('what waits for its turn when the time to stop is over is not sent', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const { ask, sent } = rig({ budget: new Budget({ unitsPerSecond: 1, clock }), stop: stop.signal });
  await ask('docs/a', {});
  const waiting = ask('docs/b', {}).catch((error: unknown) => error);
  await clock.pass(1);
  stop.abort();
  expect(await waiting).toMatchObject({ code: 'sink_unavailable' });
  expect(sent()).toBe(1);
});

interface Rig {
  /** Resolves with the headers that arrive. */
  ask(path: string, headers: Record<string, string>): Promise<ResponseHeaders>;
  sent(): number;
}

function rig(terms: Terms, answer: Record<string, string> = { [HEADER.requestCharge]: '5' }, status = 200): Rig {
  let sent = 0;
  const exchange: Exchange = async () => {
    sent++;
    return { status, headers: new ResponseHeaders({ ...answer }), body: Buffer.from('{}') };
  };
  const send = budgeted(exchange, new Map([[containerPath(ITEMS), terms]]));
  return {
    async ask(path, given) {
      const headers = new ResponseHeaders({ ...given });
      const method = HEADER.isBatch in given ? 'POST' : 'GET';
      await send({ url: `https://a/${containerPath(ITEMS)}/${path}`, method, headers } as unknown as HttpRequest, 'x');
      return headers;
    },
    sent: () => sent,
  };
}
