import { createHmac, createSecretKey } from 'node:crypto';
import type { Answer } from '../../../src/http/message.ts';
import { Pool } from '../../../src/http/pool.ts';
import { EMULATOR_KEY } from '../../../src/protocol/emulator-key.ts';
import { HEADER } from '../../../src/protocol/headers.ts';
import type { Target } from './subject.ts';

/** Requests about documents as they go over the wire: for small ones the SDK would cost more than the server does. */
export class Caller {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #link: string;

  constructor({ endpoint, ca, database, container }: Target) {
    this.#pool = new Pool({ timeoutMs: 60_000, ca });
    this.#origin = new URL(endpoint).origin;
    this.#link = `dbs/${database}/colls/${container}`;
  }

  /** Of a document, or of the documents if it has no id. Rejects unless it was done. */
  async ask(method: string, id: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Answer> {
    const date = new Date().toUTCString();
    const link = id === '' ? this.#link : `${this.#link}/docs/${id}`;
    const payload = `${method}\ndocs\n${link}\n${date}\n\n`.replace(/^\w+/, (verb) => verb.toLowerCase());
    const signature = createHmac('sha256', SECRET).update(payload.replace(date, date.toLowerCase())).digest('base64');
    const answer = await this.#pool.ask({
      origin: this.#origin,
      path: id === '' ? `/${this.#link}/docs` : `/${link}`,
      method,
      headers: {
        authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`),
        [HEADER.date]: date,
        [HEADER.version]: '2020-07-15',
        'content-type': 'application/json',
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    if (answer.status < 300) return answer;
    throw new Error(`${method} was answered with ${answer.status}: ${answer.body.toString('utf8')}`);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

const SECRET = createSecretKey(EMULATOR_KEY, 'base64');
