import type { IncomingMessage } from 'node:http';
import { tooLarge } from './refusal.ts';

/** The whole body. One that is too large is read to its end, for as long as a request may take, but not kept; then this throws 413. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= BODY_MAX) chunks.push(chunk);
    // A client that is cut off while it sends does not get to see the answer, and what is left of the body would be
    // taken for the next request.
    else chunks.length = 0;
  }
  if (length > BODY_MAX) throw tooLarge();
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

/** An item of 2 MB, or a batch of as much with what is around its documents. */
const BODY_MAX = 2 * 1024 * 1024 + 256 * 1024;
