import { once } from 'node:events';
import { webhookSecrets } from '../protocol/webhook.ts';
import { openFileOutput } from '../receiver/file-output.ts';
import { assertShares, type Risk } from '../receiver/mishaps.ts';
import { type Output, streamOutput } from '../receiver/output.ts';
import { startReceiver } from '../receiver/receiver.ts';
import type { Tally } from '../receiver/tally.ts';
import { formatDuration } from '../support/duration.ts';
import { FlowError } from '../support/error.ts';
import { scoped } from '../support/scope.ts';
import type { Context } from './command.ts';

export interface ConsumeOptions {
  readonly port: number;
  readonly tcpPort: number | undefined;
  readonly listen: string;
  readonly path: string;
  readonly out: string | undefined;
  readonly webhookSecretEnv: string | undefined;
  readonly dedupeWindow: number;
  readonly max: number | undefined;
  readonly idleTimeout: number | undefined;
  readonly fail: readonly Risk[];
  readonly seed: number;
}

/** Receives events until it is told to stop or has what was asked for. */
export async function consumeEvents(options: ConsumeOptions, context: Context): Promise<void> {
  const { signal, talk } = context;
  const secrets = secretsIn(options.webhookSecretEnv, context.environment);
  assertPlace(options, secrets.length > 0);
  assertShares(options.fail);
  const started = performance.now();
  await scoped(async (own) => {
    const output = own(await outputOf(options.out, context));
    const receiver = await startReceiver(output, {
      host: options.listen,
      port: options.port,
      tcpPort: options.tcpPort,
      path: options.path,
      secrets,
      dedupeMs: options.dedupeWindow,
      risks: options.fail,
      seed: options.seed,
      max: options.max,
      idleMs: options.idleTimeout,
    });
    try {
      const places = [receiver.url, receiver.tcpUrl].filter((url) => url !== undefined).join(' and ');
      talk.note(`consume is ready at ${places}${secrets.length > 0 ? '; takes what is signed' : ''}`);
      await Promise.race([receiver.ended, ...(signal.aborted ? [] : [once(signal, 'abort')])]);
    } finally {
      await receiver.close();
      summarise(receiver.tally, performance.now() - started, context);
    }
  });
}

/** The secrets in the variable that is named, which then must be set; else those in the usual one, if there are any. */
function secretsIn(variable: string | undefined, environment: Context['environment']): readonly Buffer[] {
  const text = environment[variable ?? SECRET_VARIABLE];
  if (text !== undefined && text !== '') return webhookSecrets(text, variable ?? SECRET_VARIABLE);
  if (variable === undefined) return [];
  throw new FlowError('configuration', `--webhook-secret-env ${variable}: the environment has no ${variable}`, {
    hint: `export ${variable}="whsec_$(openssl rand -base64 32)", here and where the sender runs`,
  });
}

const SECRET_VARIABLE = 'COSMOSFLOW_WEBHOOK_SECRET';

function assertPlace({ listen, path, tcpPort, webhookSecretEnv }: ConsumeOptions, isSigned: boolean): void {
  if (!/^\/[!-~]*$/.test(path) || /[?#]/.test(path)) {
    throw new FlowError('usage', `"${path}" is not a path`, { hint: 'it begins with a slash: --path /events' });
  }
  if (LOOPBACK.test(listen)) return;
  if (tcpPort !== undefined) {
    throw new FlowError('usage', `lines over TCP are not signed, and "${listen}" can be reached by others`, {
      hint: 'leave out --tcp-port or --listen',
    });
  }
  if (isSigned) return;
  throw new FlowError('configuration', `"${listen}" can be reached by others, who could send anything`, {
    hint: `export ${webhookSecretEnv ?? SECRET_VARIABLE}="whsec_$(openssl rand -base64 32)", here and where the sender runs`,
  });
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/;

async function outputOf(out: string | undefined, { stdout, talk }: Context): Promise<Output> {
  if (out === undefined) return streamOutput(stdout);
  return await openFileOutput(out, (bytes) =>
    talk.note(`cut ${bytes} bytes off "${out}": a line that was never finished, nor acknowledged`),
  );
}

function summarise({ received, duplicates, refused, failed }: Tally, elapsedMs: number, { talk }: Context): void {
  const number = (value: number): string => value.toLocaleString('en-US');
  const rows = [
    ['received', number(received)],
    ['duplicates', number(duplicates)],
    ['requests refused', number(refused)],
    ...(failed > 0 ? [['requests failed on purpose', number(failed)] as const] : []),
    ['time', formatDuration(elapsedMs)],
  ] as const;
  talk.summary('done', rows, { received, duplicates, refused, failed, elapsedMs: Math.round(elapsedMs) });
}
