import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';
import { EmbeddedServer, withDataFile } from './embedded-server.ts';
import { Arrivals } from './forward/arrivals.ts';
import { CommandLine } from './forward/command-line.ts';
import type { WriterTask, Written } from './forward/writer.ts';

/**
 * How long a change takes from the moment before it is written to the embedded server, whose data is in a file, until
 * its line comes out of `consume`, which has it from `tail --to`: all of them processes of their own, as are the writer
 * and the one that looks at the clock. In lines of text.
 */
export async function measureForwarding(say: (text: string) => void): Promise<string[]> {
  return withDataFile(async (file) => {
    const server = await EmbeddedServer.start(file);
    const folder = await mkdtemp(join(tmpdir(), 'cosmosflow-bench-'));
    const processes: CommandLine[] = [];
    const start = (...args: readonly string[]): CommandLine => {
      const command = new CommandLine(args, folder);
      processes.push(command);
      return command;
    };
    try {
      const target = await server.target(CONTAINER);
      const consume = start('consume', '--port', '0');
      const arrivals = new Arrivals(consume.stdout);
      const url = /ready at (\S+)/.exec(await consume.said(/ready at \S+/))?.[1] as string;
      const source = `${target.endpoint.replace('http:', 'cosmos:')}/${target.database}/${target.container}`;
      const tail = start('tail', source, '--to', url);
      await tail.said(/cosmosflow: ready/);

      say(`forward: ${RATE} events/s for ${WARM_UP_SECONDS} s to warm up`);
      await write({ target, rate: RATE, seconds: WARM_UP_SECONDS, keys: KEYS, prefix: 'warm' }, arrivals);
      arrivals.forget();
      say(`forward: ${RATE} events/s for ${SECONDS} s`);
      const written = await write({ target, rate: RATE, seconds: SECONDS, keys: KEYS, prefix: 'key' }, arrivals);
      await tail.interrupt(130);
      await consume.interrupt(0);
      return report(written, arrivals);
    } finally {
      for (const command of processes) command.kill();
      await server.end();
      await rm(folder, { recursive: true });
    }
  });
}

const CONTAINER = 'forward';
const RATE = 1000;
const SECONDS = 20;
const WARM_UP_SECONDS = 3;
/** Each is written every two seconds, which is far longer than a change may take: the feed has only the latest version. */
const KEYS = 2000;
const P99_MS_MAX = 100;
const QUIET_MS = 5000;

/** Resolves once all has arrived, or nothing does any more. */
async function write(task: WriterTask, arrivals: Arrivals): Promise<Written> {
  const writer = new Child('forward/writer.ts', JSON.stringify(task));
  try {
    const written = await writer.next<Written>();
    for (let seen = -1; arrivals.count < written.count && arrivals.count > seen; ) {
      seen = arrivals.count;
      for (let waited = 0; waited < QUIET_MS && arrivals.count < written.count; waited += 50) await sleep(50);
    }
    return written;
  } finally {
    await writer.end();
  }
}

function report({ count, seconds }: Written, arrivals: Arrivals): string[] {
  const at = (share: number): string => `${arrivals.latencyMs(share).toFixed(1)} ms`;
  const verdict = (holds: boolean): string => (holds ? 'holds' : 'DOES NOT HOLD');
  const isFast = arrivals.latencyMs(0.99) < P99_MS_MAX && count / seconds > 0.98 * RATE;
  return [
    `forward: ${count} events written at ${Math.round(count / seconds)}/s over ${KEYS} keys, tail --to, consume`,
    `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, most ${at(1)}`,
    `p99 under ${P99_MS_MAX} ms at ${RATE} events/s: ${verdict(isFast)} (${at(0.99)})`,
    `as many events received as written: ${verdict(arrivals.count === count)} (${arrivals.count} of ${count})`,
    `order of each key kept: ${verdict(arrivals.outOfOrder === 0)} (${arrivals.outOfOrder} out of order)`,
  ];
}
