import { createSecureContext } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import { COMPRESSIONS } from '../../formats/compression.ts';
import { sign, WEBHOOK_HEADER } from '../../protocol/webhook.ts';
import { formatDuration } from '../../support/duration.ts';
import { FlowError } from '../../support/error.ts';
import { VERSION } from '../../support/version.ts';
import { type ReachOptions, reachableLookup } from '../reach.ts';
import type { Body } from './body.ts';
import { type ContentEncoding, OPERATION_HEADER } from './header.ts';
import { type Answer, type Outcome, outcomeOf } from './outcome.ts';

export interface ReceiverOptions extends ReachOptions {
  readonly method: 'POST' | 'PUT';
  /** Beside those that are the same for everybody; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: ContentEncoding | undefined;
  /** To sign with; none, not to sign. */
  readonly secrets: readonly Uint8Array[];
  readonly isConflictDuplicate: boolean;
  /** For an attempt in all; a connection, or a pause in the answer, gets a third of it. */
  readonly timeoutMs: number;
  /** Requests at once. */
  readonly connections: number;
  /** Cuts requests off when it aborts. */
  readonly signal: AbortSignal;
  /** Certificates of authorities to trust, and no others. */
  readonly ca?: string | undefined;
  readonly now?: () => number;
}

/** A batch, ready to be sent. */
export interface Message extends Body {
  readonly id: string;
  /** What happened to its document, if it has only one. */
  readonly operation: string | undefined;
}

/** Where batches are posted to. */
export interface Receiver {
  /** One attempt. Never rejects for what a receiver or a network may do; resolves when nothing of it is under way. */
  post(message: Message): Promise<Outcome>;
  close(): Promise<void>;
}

/** A receiver at a URL, asked over connections that are kept. Redirects are not followed; answers are cut at 64 KB. */
export function httpReceiver(url: URL, options: ReceiverOptions): Receiver {
  const { method, timeoutMs, now = Date.now } = options;
  const stepMs = Math.ceil(timeoutMs / 3);
  const pool = new Pool(url.origin, {
    connections: options.connections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: timeoutMs,
    bodyTimeout: stepMs,
    maxHeaderSize: HEAD_BYTES_MAX,
    connect: {
      timeout: stepMs,
      lookup: reachableLookup(options),
      // Whatever the environment says.
      rejectUnauthorized: true,
      // Made once: it parses the certificates of all authorities.
      ...(options.ca !== undefined && { secureContext: createSecureContext({ ca: options.ca }) }),
    },
  });
  const attempts = new Set<AbortController>();
  options.signal.addEventListener('abort', () => {
    for (const attempt of attempts) attempt.abort(options.signal.reason);
  });
  const path = `${url.pathname}${url.search}`;
  const receiver = url.origin;

  return {
    async post({ id, operation, contentType, bytes }) {
      const body = (await COMPRESSIONS[options.compression ?? 'none']?.encode(bytes)) ?? bytes;
      const timestamp = String(Math.floor(now() / 1000));
      const headers = {
        'user-agent': `cosmosflow/${VERSION}`,
        'accept-encoding': 'identity',
        ...options.headers,
        'content-type': contentType,
        ...(options.compression && { 'content-encoding': options.compression }),
        ...(operation !== undefined && { [OPERATION_HEADER]: operation }),
        'idempotency-key': id,
        [WEBHOOK_HEADER.id]: id,
        [WEBHOOK_HEADER.timestamp]: timestamp,
        ...(options.secrets.length > 0 && {
          [WEBHOOK_HEADER.signature]: sign({ id, timestamp, body }, options.secrets),
        }),
      };
      const attempt = new AbortController();
      const timer = setTimeout(() => attempt.abort(new Late()), timeoutMs);
      attempts.add(attempt);
      try {
        if (options.signal.aborted) attempt.abort(options.signal.reason);
        const response = await pool.request({ path, method, headers, body, signal: attempt.signal });
        const answer = { status: response.statusCode, headers: response.headers, text: await beginning(response.body) };
        return outcomeOf(answer, { receiver, isConflictDuplicate: options.isConflictDuplicate, nowMs: now() });
      } catch (error) {
        return outcomeOfFault(error, receiver, timeoutMs);
      } finally {
        clearTimeout(timer);
        attempts.delete(attempt);
      }
    },
    close: () => pool.destroy(),
  };
}

class Late extends Error {}

const HEAD_BYTES_MAX = 16 * 1024;
const ANSWER_BYTES_MAX = 64 * 1024;

/** What is read of an answer. Of a longer one the connection is closed, of one that breaks off this is all there is. */
async function beginning(body: Dispatcher.ResponseData['body']): Promise<Answer['text']> {
  const pieces: Uint8Array[] = [];
  let left = ANSWER_BYTES_MAX;
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      pieces.push(piece.subarray(0, left));
      left -= piece.length;
      if (left < 0) break;
    }
  } catch {
    // The status has said it all: what was answered is not asked again because of what came after it.
  }
  return Buffer.concat(pieces).toString('utf8');
}

function outcomeOfFault(error: unknown, receiver: string, timeoutMs: number): Outcome {
  if (error instanceof FlowError) return { kind: 'stop', reason: error };
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (CERTIFICATE.test(code)) {
    const hint = 'give the certificate of its authority: --ca-file FILE; a host must be called as it calls itself';
    const reason = new FlowError('sink_unavailable', `"${receiver}" has a certificate that proves nothing: ${code}`, {
      hint,
      cause: error,
    });
    return { kind: 'stop', reason };
  }
  const why = error instanceof Late ? `none within ${formatDuration(timeoutMs)}` : message || code;
  const reason = new FlowError('sink_unavailable', `no answer from "${receiver}": ${why}`, {
    hint: 'the same command goes on where it stopped; --patience says how long to wait for the receiver',
    cause: error,
  });
  return { kind: 'again', retryAfterMs: 0, reason };
}

/** Of OpenSSL, and of Node. */
const CERTIFICATE = /CERT|SIGNATURE|ISSUER|SELF_SIGNED/;
