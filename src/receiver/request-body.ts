import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { Refusal } from './refusal.ts';

/** The bytes that bodies may take up together while they are looked at. */
export class BodyRoom {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Gives back what `work` has taken when it is over. */
  async lend<Result>(work: (take: Take) => Promise<Result>): Promise<Result> {
    let held = 0;
    const take = (bytes: number): boolean => {
      if (bytes > this.#left) return false;
      this.#left -= bytes;
      held += bytes;
      return true;
    };
    try {
      return await work(take);
    } finally {
      this.#left += held;
    }
  }
}

/** Takes room for so many bytes more; false when there is none. */
type Take = (bytes: number) => boolean;

/**
 * The whole body as it was sent. One that is too large is read to its end but not kept, or else its sender might not
 * see the answer; then this throws 413, or 503 when there is no room for it.
 */
export async function readBody(request: IncomingMessage, take: Take): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  let refusal: Refusal | undefined;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      refusal ??= refusalOf(chunk, length, take);
      if (refusal === undefined) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch {
    throw new Refusal(400, 'the body ended before its end');
  }
  if (refusal !== undefined) throw refusal;
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

/** What was compressed, once and in a way that is known; throws 415, or 413 when far more comes out than went in. */
export async function decode(body: Buffer, encoding: string | undefined, take: Take): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity') return body;
  const decompress = DECOMPRESS[name];
  if (!decompress) {
    throw new Refusal(415, `the content-encoding "${encoding}" is not known here`, { 'accept-encoding': 'gzip, zstd' });
  }
  const maxOutputLength = decodedBytesMax(body.length);
  if (!take(maxOutputLength)) throw noRoom();
  try {
    return await decompress(body, { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new Refusal(400, `the body is not ${name}`);
  }
}

const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** What is repeated over and over may be honest, if it is not much. */
const UNSUSPICIOUS_BYTES = 8 * 1024 * 1024;
const RATIO_MAX = 200;

const DECOMPRESS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  zstd: promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress),
};

function refusalOf(chunk: Buffer, length: number, take: Take): Refusal | undefined {
  if (length > BODY_BYTES_MAX) return tooLarge();
  return take(chunk.length) ? undefined : noRoom();
}

/** What a body of so many bytes may take up once it is decoded. */
function decodedBytesMax(bytes: number): number {
  return Math.min(BODY_BYTES_MAX, Math.max(UNSUSPICIOUS_BYTES, bytes * RATIO_MAX));
}

function noRoom(): Refusal {
  return new Refusal(503, 'too many bodies at once', { 'retry-after': '1' });
}

function tooLarge(): Refusal {
  return new Refusal(413, `the body has more than ${BODY_BYTES_MAX} bytes, or grows too much when it is decoded`);
}
