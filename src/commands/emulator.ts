import { once } from 'node:events';
import { command } from './command.ts';
import { startEmbedded } from './embedded.ts';
import { count, duration, text } from './flags.ts';

export const emulator = command({
  name: 'emulator',
  summary: 'serve an Azure Cosmos DB endpoint on this machine, for any SDK',
  notes: [
    'It has real physical partitions, signatures and a change feed, and is for tests and trials alone: it listens on ' +
      'the loopback address only. The key is the one that every Azure Cosmos DB emulator has.',
    'A container gets a physical range for each 10,000 RU/s of its throughput; more throughput splits ranges.',
    'It accepts time to live, unique keys and throughput limits but does not enforce them yet; it does not have the ' +
      'all-versions feed, patch, and query clauses such as ORDER BY, GROUP BY and JOIN yet.',
    'Prints one line to stdout once it is ready. Ctrl-C stops it; data in a file is kept.',
  ],
  arguments: [],
  flags: {
    port: count('--port <n>', 'port to listen on; 0 takes any that is free', 8081, { min: 0, max: 65_535 }),
    data: text('--data <file>', 'where the data is kept; ":memory:" keeps nothing', ':memory:'),
    ranges: count('--ranges <n>', 'physical ranges of a container that is created without throughput', 4, {
      max: 100,
    }),
    latency: duration('--latency <time>', 'added to every request, to be like a network', '0'),
  },
  examples: [
    ['an endpoint for tests', 'cosmosflow emulator --port 8081'],
    ['keep the data, with 10 physical ranges', 'cosmosflow emulator --data shop.db --ranges 10'],
    ['fill a container of it', 'cosmosflow produce cosmos://localhost:8081/shop/orders --count 1000'],
  ],
  exits: [
    [0, 'stopped with Ctrl-C or SIGTERM'],
    [2, 'a flag is wrong, or the port is in use'],
    [7, 'another process has the data open'],
    [9, 'the data cannot be read or written'],
  ],
  async run({ options }, { signal, stdout, talk }) {
    const server = await startEmbedded({
      port: options.port,
      data: options.data,
      ranges: options.ranges,
      latencyMs: options.latency,
    });
    try {
      stdout.write(`cosmosflow emulator is ready at ${server.endpoint}\n`);
      talk.note(`data: ${options.data}; key: ${server.key}`);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await server.close();
    }
  },
});
