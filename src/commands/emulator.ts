import { once } from 'node:events';
import { FlowError } from '../support/error.ts';
import { command } from './command.ts';
import { startEmbedded } from './embedded.ts';
import { count, duration, text, toggle } from './flags.ts';
import { needing, without } from './needs.ts';

export const emulator = command({
  name: 'emulator',
  summary: 'serve an Azure Cosmos DB endpoint on this machine, for any SDK',
  notes: [
    'It has real physical partitions, signatures and a change feed, and is for tests and trials alone: it listens on ' +
      'the loopback address only. The key is the one that every Azure Cosmos DB emulator has, unless --key-env names a ' +
      'variable that holds another.',
    'A container gets a physical range for each 10,000 RU/s of its throughput; more throughput splits ranges. With ' +
      '--throughput, a range that has spent its part of the throughput answers 429 until the next second.',
    'With --tls it serves https, with a certificate of its own for localhost that lies beside the data file and stays ' +
      'the same after a restart; without a data file it lasts as long as the server. Other commands read and write it as ' +
      'cosmos+https://localhost:8081/db/container, with --ca-file and the file that is named when it starts.',
    'With --admin, whoever has the token that is printed to stderr can make requests fail, split ranges, turn the ' +
      'clock and read what was applied, at /_cosmosflow of the endpoint. What happens by chance depends on --seed.',
    'Prints one line to stdout once it is ready. Ctrl-C stops it; data in a file is kept.',
  ],
  arguments: [],
  flags: {
    port: count('--port <n>', 'port to listen on; 0 takes any that is free', 8081, { min: 0, max: 65_535 }),
    data: text('--data <file>', 'where the data is kept; ":memory:" keeps nothing', ':memory:'),
    ranges: count('--ranges <n>', 'physical ranges of a container that is created without throughput', 4, {
      max: 100,
    }),
    throughput: count('--throughput <n>', 'its RU/s, and enforce throughput; not enforced when not given', undefined),
    tls: toggle('--tls', 'serve https instead of http'),
    keyEnv: text('--key-env <name>', 'environment variable that holds the key, in base64', ''),
    latency: duration('--latency <time>', 'added to every request, to be like a network', '0'),
    admin: toggle('--admin', 'serve the admin API too, and print its token'),
    adminTokenEnv: text('--admin-token-env <name>', 'the same, with the token in this environment variable', ''),
    seed: needing(
      without('--admin', ({ admin, adminTokenEnv }) => admin === true || adminTokenEnv !== ''),
      count('--seed <n>', 'what chance depends on; printed with --admin when not given', undefined, {
        min: 0,
        max: 2 ** 32 - 1,
      }),
    ),
  },
  examples: [
    ['an endpoint for tests', 'cosmosflow emulator --port 8081'],
    ['keep the data, with 10 physical ranges', 'cosmosflow emulator --data shop.db --ranges 10'],
    ['https, with 400 RU/s for each container', 'cosmosflow emulator --tls --ranges 1 --throughput 400'],
    ['fill a container of it', 'cosmosflow produce cosmos://localhost:8081/shop/orders --count 1000'],
  ],
  exits: [
    [0, 'stopped with Ctrl-C or SIGTERM'],
    [2, 'a flag or the key is wrong, or the port is in use'],
    [7, 'another process has the data open'],
    [9, 'the data cannot be read or written'],
  ],
  ending: 'at once',
  async run({ options }, { environment, signal, stdout, talk }) {
    const key = keyOf(options.keyEnv, environment);
    const token = tokenOf(options.adminTokenEnv, environment);
    const server = await startEmbedded({
      port: options.port,
      data: options.data,
      ranges: options.ranges,
      tls: options.tls,
      latencyMs: options.latency,
      admin: token === undefined ? options.admin : { token },
      ...(options.throughput !== undefined && { throughput: options.throughput }),
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(key !== undefined && { key }),
    });
    try {
      stdout.write(`cosmosflow emulator is ready at ${server.endpoint}\n`);
      talk.note(`data: ${options.data}; key: ${key === undefined ? server.key : `from ${options.keyEnv}`}`);
      if (server.certificate) {
        const { file } = server.certificate;
        talk.note(
          `certificate: ${file}; other commands trust it with --ca-file, Node.js with NODE_EXTRA_CA_CERTS="${file}"`,
        );
      }
      if (server.adminToken !== undefined) {
        const shown = token === undefined ? server.adminToken : `from ${options.adminTokenEnv}`;
        talk.note(`admin API: ${server.endpoint}/_cosmosflow; token: ${shown}; seed: ${server.seed}`);
      }
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await server.close();
    }
  },
});

/** The key in the variable of this name, if one is named. */
function keyOf(name: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (name === '') return undefined;
  const key = environment[name] ?? '';
  if (/^[A-Za-z0-9+/]{4,}={0,2}$/.test(key) && key.length % 4 === 0) return key;
  const problem = key === '' ? 'is not set' : 'is not a key in base64';
  const hint = `export ${name}="$(openssl rand -base64 64 | tr -d '\\n')"`;
  throw new FlowError('configuration', `the variable "${name}" of --key-env ${problem}`, { hint });
}

/** A token that is given is long enough not to be guessed. */
function tokenOf(name: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (name === '') return undefined;
  const token = environment[name] ?? '';
  if (/^[\x21-\x7e]{16,}$/.test(token)) return token;
  throw new FlowError('configuration', `the variable "${name}" of --admin-token-env has no token`, {
    hint: 'a token is 16 characters or more, without spaces',
  });
}
