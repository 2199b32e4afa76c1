import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { skipSpace, skipValue } from '../support/json-bytes.ts';
import { itemId } from './identifier.ts';
import { checkObject, parseJson } from './json-body.ts';
import { tooLarge } from './refusal.ts';

export interface Document {
  readonly id: string;
  readonly value: Record<string, unknown>;
  /** As it came in, without the system properties and the closing brace. */
  readonly open: Buffer;
}

interface SystemProperties {
  readonly rid: string;
  readonly self: string;
  readonly etag: string;
  readonly ts: number;
}

/** Checks a document that a client sent. A name that occurs twice in an object stays there twice; the last one counts. */
export function parseDocument(body: Buffer): Document {
  refuseSize(body);
  return documentOf(parseJson(body), body);
}

/** The same for a document that is already parsed; `text` holds its bytes and at most white space around them. */
export function documentOf(value: unknown, text: Buffer): Document {
  refuseSize(text);
  const object = checkObject(value);
  const id = itemId(object.id);
  const open = text.subarray(0, text.lastIndexOf(CLOSE));
  const foreign = SYSTEM_PROPERTIES.some((name) => Object.hasOwn(object, name));
  return { id, value: object, open: foreign ? withoutSystemProperties(open) : open };
}

/** The document as it is stored and served: every byte of the client's, then our properties. */
export function closeDocument({ open }: Document, { rid, self, etag, ts }: SystemProperties): Buffer {
  const own = `${OWN_START}${rid}","_self":"${self}","_etag":${JSON.stringify(etag)},"_attachments":"attachments/","_ts":${ts}}`;
  const bytes = Buffer.allocUnsafe(open.length + own.length);
  bytes.set(open);
  bytes.write(own, open.length, 'latin1');
  return bytes;
}

/** The document as its client wrote it, from what is stored. */
export function reopenDocument(body: Buffer): Buffer {
  return Buffer.concat([body.subarray(0, body.lastIndexOf(OWN_START)), Buffer.of(CLOSE)]);
}

/** What `closeDocument` adds starts so, and nothing after that does. */
const OWN_START = ',"_rid":"';
const BYTES_MAX = 2 * 1024 * 1024;
const CLOSE = 0x7d;
const COMMA = 0x2c;

function refuseSize(text: Buffer): void {
  if (text.length > BYTES_MAX) throw tooLarge();
}

/** Cuts members out of an object that lacks its closing brace, each with the comma that goes with it. */
function withoutSystemProperties(open: Buffer): Buffer {
  const kept: Buffer[] = [];
  let keptLength = 0;
  let from = 0;
  let lastKept = 0;
  let next = skipSpace(open, skipSpace(open, 0) + 1);
  for (;;) {
    const nameEnd = skipValue(open, next);
    const valueEnd = skipValue(open, skipSpace(open, skipSpace(open, nameEnd) + 1));
    const comma = skipSpace(open, valueEnd);
    const more = open[comma] === COMMA;
    const following = more ? skipSpace(open, comma + 1) : open.length;
    if (SYSTEM_PROPERTIES.includes(JSON.parse(open.toString('utf8', next, nameEnd)))) {
      kept.push(open.subarray(from, next));
      keptLength += next - from;
      from = more ? following : valueEnd;
      // The last member takes along the comma before it.
      if (!more) return Buffer.concat([Buffer.concat(kept).subarray(0, lastKept), open.subarray(valueEnd)]);
    } else {
      lastKept = keptLength + valueEnd - from;
    }
    if (!more) return Buffer.concat([...kept, open.subarray(from)]);
    next = following;
  }
}
