import { createHash } from 'node:crypto';
import { webhookSecrets } from '../protocol/webhook.ts';
import type { BodyFormat } from '../sinks/http/body.ts';
import { Circuit } from '../sinks/http/circuit.ts';
import { type ContentEncoding, headerValue } from '../sinks/http/header.ts';
import { httpReceiver } from '../sinks/http/receiver.ts';
import { httpSink } from '../sinks/http/sink.ts';
import { assertReachable, isLoopback } from '../sinks/reach.ts';
import { FlowError } from '../support/error.ts';
import { later } from '../support/later.ts';
import type { Context } from './command.ts';
import type { Destination, DestinationJob } from './destination.ts';
import type { GivenHeader } from './http-flags.ts';
import { OF_JOB } from './job-checkpoint.ts';
import { DRAIN_MS } from './transfer.ts';

export interface ToHttpOptions {
  readonly httpBatch: number;
  readonly httpBody: BodyFormat | undefined;
  readonly httpMethod: 'post' | 'put' | undefined;
  readonly httpCompress: ContentEncoding | undefined;
  readonly httpHeader: readonly GivenHeader[];
  readonly httpHeaderEnv: readonly GivenHeader[];
  readonly webhookSecretEnv: string | undefined;
  readonly treat409AsDuplicate: boolean;
  readonly sendTimeout: number;
  readonly allowPlainHttp: boolean;
  readonly allowLinkLocal: boolean;
  readonly concurrency: number;
  /** PEM of the authorities to trust, where those are not the usual ones. */
  readonly caFile?: string | undefined;
}

/** A receiver over HTTP. Throws for what could not work, or would give away what is sent. */
export function toHttp(url: URL, options: ToHttpOptions, { environment, signal, talk }: Context): Destination {
  assertSafe(url, options);
  const format = options.httpBody ?? 'json';
  if (format === 'cloudevents' && options.httpBatch > 1) {
    throw new FlowError('usage', `--http-batch ${options.httpBatch} does not fit into one event`, {
      hint: 'several events in a request are --http-body cloudevents-batch',
    });
  }
  const headers = headersOf([...options.httpHeader, ...options.httpHeaderEnv], environment);
  const secrets = secretsOf(options.webhookSecretEnv, environment);
  const name = url.origin;

  const open = async ({ source, facts, run }: DestinationJob): ReturnType<Destination['open']> => {
    const receiver = httpReceiver(url, {
      method: options.httpMethod === 'put' ? 'PUT' : 'POST',
      headers,
      compression: options.httpCompress,
      secrets,
      isConflictDuplicate: options.treat409AsDuplicate,
      timeoutMs: options.sendTimeout,
      connections: options.concurrency,
      // What was read is to be sent even after a stop.
      signal: later(signal, DRAIN_MS),
      allowLinkLocal: options.allowLinkLocal,
      ca: options.caFile,
    });
    const circuit = new Circuit({
      failuresMax: FAILURES_MAX,
      openMs: OPEN_MS,
      onOpen({ message }) {
        // After a stop it is not asked much longer.
        if (!signal.aborted) talk.note(`${message}; asking it only now and then`);
      },
      onClose: () => talk.note(`"${name}" takes changes again`),
    });
    return httpSink(receiver, circuit, {
      name,
      origin: { source, rid: facts.rid, run },
      body: { format, isArray: options.httpBatch > 1, source: uriOf(source, facts) },
      batch: { countMax: options.httpBatch, bytesMax: BATCH_BYTES_MAX },
      concurrency: options.concurrency,
    });
  };
  return { name: nameOf(url), query: traceOf(url.search), checkpoint: OF_JOB, open };
}

/** Refuses what would give secrets away, or changes to whoever listens. */
export function assertSafe(
  url: URL,
  { allowPlainHttp, allowLinkLocal }: Pick<ToHttpOptions, 'allowPlainHttp' | 'allowLinkLocal'>,
): void {
  if (url.username !== '' || url.password !== '') {
    throw new FlowError('usage', `--to "${url.protocol}//…@${url.host}" has a user in it`, {
      hint: 'give credentials as a header: --http-header-env authorization=VARIABLE',
    });
  }
  assertReachable(url.hostname, { allowLinkLocal });
  if (url.protocol !== 'https:' && !allowPlainHttp && !isLoopback(url.hostname)) {
    const instead = url.protocol === 'http:' ? `use https://${url.host}, or ` : '';
    throw new FlowError('usage', `--to "${url.protocol}//${url.host}" would send changes unencrypted over a network`, {
      hint: `${instead}add --allow-plain-http`,
    });
  }
}

const FAILURES_MAX = 8;
const OPEN_MS = [1000, 30_000] as const;
const BATCH_BYTES_MAX = 1024 * 1024;

function headersOf(given: readonly GivenHeader[], environment: Context['environment']): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { name, value, variable = '' } of given) {
    const text = value ?? environment[variable];
    if (text === undefined || text === '') throw unset(variable, `--http-header-env ${name}=${variable}`);
    if (name in headers) throw new FlowError('usage', `the header "${name}" is given twice`);
    headers[name] = headerValue(name, text);
  }
  return headers;
}

function secretsOf(variable: string | undefined, environment: Context['environment']): readonly Uint8Array[] {
  const text = environment[variable ?? SECRET_VARIABLE];
  if (text !== undefined && text !== '') return webhookSecrets(text, variable ?? SECRET_VARIABLE);
  if (variable !== undefined) throw unset(variable, `--webhook-secret-env ${variable}`);
  return [];
}

const SECRET_VARIABLE = 'COSMOSFLOW_WEBHOOK_SECRET';

function unset(variable: string, flag: string): FlowError {
  return new FlowError('configuration', `${flag}: the environment has no ${variable}`, {
    hint: `export ${variable}=…`,
  });
}

/** The same for the same place. Paths may be secrets, so that only a trace of one is kept; queries are left out, as keys in them change. */
function nameOf({ origin, pathname }: URL): string {
  if (pathname === '/') return origin;
  return `${origin} (path ${traceOf(pathname)})`;
}

function traceOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** The container as events name it. Of an embedded one only what is not about this machine. */
function uriOf(source: string, { database, container }: DestinationJob['facts']): string {
  if (!source.startsWith('embedded(')) return encodeURI(source);
  return `embedded:${encodeURIComponent(database)}/${encodeURIComponent(container)}`;
}
