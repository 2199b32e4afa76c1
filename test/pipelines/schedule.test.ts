import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { runAll, type Signals, type Work } from '../../src/pipelines/schedule.ts';
import { FlowError } from '../../src/support/error.ts';

const FAILURE = new FlowError('sink_refused', 'no');
const REMARK = new FlowError('set_aside', 'done, but');

describe('pipelines side by side:', () => {
  test('all run at once, and it is over when all are', async () => {
    const meeting = Promise.withResolvers<void>();
    const { log, play } = rig();
    await play([work('a', () => meeting.promise), work('b', async () => meeting.resolve())]);
    expect(log.toSorted()).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test('a failure stops the others, and is thrown once they are drained', async () => {
    const { log, play } = rig();
    const error = await play([
      work('a', untilStopped),
      work('b', async () => {
        throw FAILURE;
      }),
      work('c', async () => {}, { after: ['a'] }),
    ]);
    expect(error).toBe(FAILURE);
    expect(log).toEqual(['a begins', 'b begins', 'b failed, stopping the others', 'a ends']);
  });

  test('the first failure counts, and what fails while it is stopped is told', async () => {
    const { log, play } = rig();
    const error = await play([
      work('a', async (signals) => {
        await untilStopped(signals);
        throw new Error('late');
      }),
      work('b', async () => {
        throw FAILURE;
      }),
    ]);
    expect(error).toBe(FAILURE);
    expect(log.at(-1)).toBe('a failed');
  });

  test('one that may fail stops nobody, but what is to come after it; it counts at the end', async () => {
    const { log, play } = rig();
    const failed = Promise.withResolvers<void>();
    const error = await play([
      work(
        'a',
        async () => {
          failed.resolve();
          throw FAILURE;
        },
        { mayFail: true },
      ),
      work('b', () => failed.promise),
      work('c', async () => {}, { after: ['a'] }),
      work('d', async () => {}, { after: ['b'] }),
    ]);
    expect(error).toBe(FAILURE);
    expect(log).toContain('c skipped for a');
    expect(log).not.toContain('c begins');
    expect(log).toContain('d ends');
  });

  test('one that is done, but, stops nobody at all', async () => {
    const { log, play } = rig();
    const error = await play([
      work('a', async () => {
        throw REMARK;
      }),
      work('b', async () => {}, { after: ['a'] }),
    ]);
    expect(error).toBe(REMARK);
    expect(log).toEqual(['a begins', 'a failed', 'b begins', 'b ends']);
  });

  test('one that runs after another begins when that has finished', async () => {
    const { log, play } = rig();
    await play([work('b', async () => {}, { after: ['a'] }), work('a', async () => {})]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test('one that runs until others is told when all of them have ended, even by failing', async () => {
    const { log, play } = rig();
    const error = await play([
      work('a', ({ ending }) => once(ending, 'abort').then(() => {}), { until: ['b', 'c'] }),
      work(
        'b',
        async () => {
          throw FAILURE;
        },
        { mayFail: true },
      ),
      work('c', async () => {}),
    ]);
    expect(error).toBe(FAILURE);
    expect(log.at(-1)).toBe('a ends');
  });

  test('what serves others is stopped after them, so that they can end well', async () => {
    const { log, play, stop } = rig();
    const drained = Promise.withResolvers<void>();
    const error = await play([
      work('server', untilStopped, { isServer: true }),
      work('never', async () => {}, { after: ['server'] }),
      work('a', async (signals) => {
        stop();
        await untilStopped(signals);
        setImmediate(drained.resolve);
        await drained.promise;
      }),
    ]);
    expect(error).toBeUndefined();
    expect(log).toEqual(['server begins', 'a begins', 'a ends', 'server ends']);
  });

  test('a stop reaches all of them, starts nothing more and is no failure', async () => {
    const { log, play, stop } = rig();
    const error = await play([
      work('a', async (signals) => {
        stop();
        await untilStopped(signals);
        signals.stop.throwIfAborted();
      }),
      work('b', untilStopped),
      work('c', async () => {}, { after: ['a'] }),
    ]);
    expect(error).toBeUndefined();
    expect(log).toEqual(['a begins', 'b begins', 'b ends']);
  });
});

async function untilStopped({ stop }: Signals): Promise<void> {
  if (!stop.aborted) await once(stop, 'abort');
}

function work(name: string, run: Work['run'], more: Partial<Work> = {}): Work {
  return { name, after: [], until: [], mayFail: false, isServer: false, run, ...more };
}

/** `play` resolves with what was thrown. */
function rig(): { log: string[]; stop(): void; play(works: readonly Work[]): Promise<unknown> } {
  const log: string[] = [];
  const stopping = new AbortController();
  const logged = ({ run, ...rest }: Work): Work => ({
    ...rest,
    async run(signals) {
      log.push(`${rest.name} begins`);
      await run(signals);
      log.push(`${rest.name} ends`);
    },
  });
  const watcher = {
    failed: (name: string, _error: unknown, stopsOthers: boolean) =>
      void log.push(`${name} failed${stopsOthers ? ', stopping the others' : ''}`),
    skipped: (name: string, missing: string) => void log.push(`${name} skipped for ${missing}`),
  };
  return {
    log,
    stop: () => stopping.abort(),
    play: (works) =>
      runAll(works.map(logged), stopping.signal, watcher).then(
        () => undefined,
        (error: unknown) => error,
      ),
  };
}
