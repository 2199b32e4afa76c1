import { createSecureContext } from 'node:tls';
import { type Dispatcher, errors, Agent as UndiciAgent } from 'undici';
import { BODY_BYTES_MAX } from '../http/body.ts';
import { HttpFailure, type Reason } from '../http/failure.ts';
import type { Answer, Asker, Request } from '../http/message.ts';
import type { PoolOptions } from '../http/pool.ts';

/** The connections for all that is small: undici's, which say what went wrong in the words of ours. */
export class Agent implements Asker {
  readonly #agent: UndiciAgent;

  constructor({ timeoutMs, ca }: PoolOptions) {
    this.#agent = new UndiciAgent({
      // Made once: it parses the certificates of all authorities.
      connect: { timeout: timeoutMs, ...(ca && { secureContext: createSecureContext({ ca }) }) },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: BODY_BYTES_MAX,
    });
  }

  async ask(request: Request, signals: readonly AbortSignal[]): Promise<Answer> {
    const method = request.method as Dispatcher.HttpMethod;
    try {
      const signal = AbortSignal.any([...signals]);
      const { statusCode, headers, body } = await this.#agent.request({ ...request, method, signal });
      return { status: statusCode, headers: joined(headers), body: Buffer.from(await body.arrayBuffer()) };
    } catch (error) {
      throw translated(error);
    }
  }

  async destroy(): Promise<void> {
    await this.#agent.destroy();
  }
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]));
}

function translated(error: unknown): unknown {
  const reason = REASONS.find(([type]) => error instanceof type)?.[1];
  return reason === undefined ? error : new HttpFailure(reason, (error as Error).message, error);
}

const REASONS: readonly (readonly [new () => Error, Reason])[] = [
  [errors.HeadersTimeoutError, 'timeout'],
  [errors.BodyTimeoutError, 'timeout'],
  [errors.ConnectTimeoutError, 'timeout'],
  [errors.ResponseExceededMaxSizeError, 'too-large'],
  [errors.SocketError, 'closed'],
  [errors.HTTPParserError, 'not-http'],
];
