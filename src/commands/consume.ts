import { parseRisk } from '../receiver/mishaps.ts';
import { command } from './command.ts';
import { count, duration, list, optional, optionalDuration, text } from './flags.ts';
import { needing, without } from './needs.ts';

export const consume = command({
  name: 'consume',
  summary: 'receive what tail sends over HTTP, and print it or keep it in a file',
  notes: [
    'Takes POST and PUT requests with documents as NDJSON or JSON, or as CloudEvents, compressed with gzip or zstd or not at all, ' +
      'and writes one line for each event: the bytes that came. A request is answered with 200 once its events are ' +
      'durable: in the file of --out, or handed to the system where they go to stdout.',
    'What was received before is not written again: a request with the webhook-id or Idempotency-Key of an earlier one, ' +
      'or a CloudEvent with its source and id. They are known for --dedupe-window, the last 500,000 of them, and for no ' +
      'longer than the process lives.',
    'With a secret in COSMOSFLOW_WEBHOOK_SECRET, requests must be signed as Standard Webhooks are, no more than five ' +
      'minutes ago. Without one it listens on loopback addresses alone.',
    'With --tcp-port it takes what tail --to tcp://… sends, too, on loopback addresses alone: batches of lines, each acknowledged once it ' +
      'is durable. They have no ids, so what is sent again is written again.',
    'With --fail it fails by chance, to try out what sends: a status, before anything is written; hang, which never ' +
      'answers; drop, which writes the events and ends the connection without an answer.',
    'Says on stderr where it is once it is ready. Ctrl-C ends it, as --max and --idle-timeout do.',
  ],
  arguments: [],
  flags: {
    port: count('--port <n>', 'port to listen on; 0 takes any that is free', 8088, { min: 0, max: 65_535 }),
    tcpPort: count('--tcp-port <n>', 'port for lines over TCP, too; 0 takes any that is free', undefined, {
      min: 0,
      max: 65_535,
    }),
    listen: text('--listen <address>', 'address to listen on; others than loopback need a secret', '127.0.0.1'),
    path: text('--path <path>', 'the path that is served', '/'),
    out: optional('--out <file>', 'file to add lines to, instead of stdout'),
    webhookSecretEnv: optional(
      '--webhook-secret-env <VARIABLE>',
      'where the secret is that requests are signed with; else COSMOSFLOW_WEBHOOK_SECRET, if that is set',
    ),
    dedupeWindow: duration('--dedupe-window <time>', 'how long to know what was received; 0 takes all', '10m'),
    max: count('--max <n>', 'end once so many events are received', undefined),
    idleTimeout: optionalDuration('--idle-timeout <time>', 'end once nothing has come for so long'),
    fail: list('--fail <what:share>', 'what goes wrong, for what share of requests; may be repeated', parseRisk),
    seed: needing(
      without('--fail', ({ fail }) => Array.isArray(fail) && fail.length > 0),
      count('--seed <n>', 'what chance depends on', 1, { min: 0, max: 2 ** 32 - 1 }),
    ),
  },
  examples: [
    ['print what another process sends with tail --to http://127.0.0.1:8088/', 'cosmosflow consume'],
    ['into a file, each line synced to the disk before it is acknowledged', 'cosmosflow consume --out events.ndjson'],
    [
      'signed requests alone',
      'COSMOSFLOW_WEBHOOK_SECRET="whsec_$(openssl rand -base64 32)" cosmosflow consume --port 8089',
    ],
    ['a bad day, the same one for the same seed', 'cosmosflow consume --fail 503:0.1 --fail drop:0.05 --seed 7'],
    ['lines over TCP, from tail --to tcp://127.0.0.1:8090', 'cosmosflow consume --tcp-port 8090'],
    ['the first ten events', 'cosmosflow consume --max 10 --idle-timeout 5s | jq -r .id'],
  ],
  exits: [
    [0, 'ended with Ctrl-C or SIGTERM, by --max or by --idle-timeout'],
    [2, 'a flag or the secret is wrong, or the port is in use'],
    [9, 'events cannot be written'],
    [141, 'the reader of the pipe went away'],
  ],
  ending: 'at once',
  prints: ({ out }) => out === undefined,
  async run({ options }, context) {
    const { consumeEvents } = await import('./consume-events.ts');
    await consumeEvents(options, context);
  },
});
