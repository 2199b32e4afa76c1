import { skipSpace, skipValue } from '../support/json-bytes.ts';
import { jsonScanner } from '../support/json-scanner.ts';
import { Refusal } from './refusal.ts';

export interface Event {
  /** A JSON object, byte for byte as it came. */
  readonly document: Buffer;
  /** Equal when it is the same event again, where its format tells. */
  readonly name?: string;
}

/** The events of a body of this content type, in order. Throws 415 for a type that is not known, 400 for bad JSON. */
export function eventsIn(body: Buffer, contentType: string | undefined): Event[] {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const read = READERS[type];
  if (!read) {
    throw new Refusal(415, `the content-type "${type}" is not known here`, { accept: Object.keys(READERS).join(', ') });
  }
  return read(body);
}

const READERS: Readonly<Record<string, (body: Buffer) => Event[]>> = {
  'application/x-ndjson': linesIn,
  'application/ndjson': linesIn,
  'application/jsonl': linesIn,
  'application/json': documentsIn,
  'application/cloudevents+json': (body) => [cloudEvent(body, parse(body, 'the body'))],
  'application/cloudevents-batch+json': (body) => {
    const parsed = parse(body, 'the body');
    if (!Array.isArray(parsed)) throw new Refusal(400, 'the body is not an array of events');
    return elementsOf(body).map((element, index) => cloudEvent(element, parsed[index]));
  },
};

/** One on each line that is not empty. Throws 400 for bad JSON. */
export function linesIn(body: Buffer): Event[] {
  const events: Event[] = [];
  for (let start = 0, number = 1; start < body.length; number++) {
    const lineFeed = body.indexOf(LINE_FEED, start);
    const end = lineFeed < 0 ? body.length : lineFeed;
    if (skipSpace(body, start) < end) {
      const line = body.subarray(start, end);
      assertObject(parse(line, `line ${number}`), `line ${number}`);
      events.push({ document: trimmed(line) });
    }
    start = end + 1;
  }
  return events;
}

/** One document, or an array of them. */
function documentsIn(body: Buffer): Event[] {
  const parsed = parse(body, 'the body');
  if (!Array.isArray(parsed)) {
    assertObject(parsed, 'the body');
    return [{ document: trimmed(body) }];
  }
  for (const [index, element] of parsed.entries()) assertObject(element, `element ${index + 1}`);
  return elementsOf(body).map((document) => ({ document }));
}

/** With the name that the specification gives an event: its source and its id together. */
function cloudEvent(document: Buffer, parsed: unknown): Event {
  const { specversion, source, id } = (parsed ?? {}) as Readonly<Record<string, unknown>>;
  if (specversion !== '1.0' || typeof source !== 'string' || typeof id !== 'string' || id === '') {
    throw new Refusal(400, 'an event is not a CloudEvent 1.0 with a source and an id');
  }
  return { document: trimmed(document), name: JSON.stringify([source, id]) };
}

function parse(text: Buffer, what: string): unknown {
  try {
    return JSON.parse(UTF8.decode(text));
  } catch {
    throw new Refusal(400, `${what} is not JSON`);
  }
}

function assertObject(value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, `${what} is not an object`);
  }
}

/** The elements of an array that has been parsed, and so is valid. */
function elementsOf(array: Buffer): Buffer[] {
  const spans = jsonScanner.elementSpans(array, skipSpace(array, 0));
  return Array.from({ length: spans.length / 2 }, (_, at) => array.subarray(spans[2 * at], spans[2 * at + 1]));
}

/** A value that has been parsed, without the spaces around it. */
function trimmed(text: Buffer): Buffer {
  const start = skipSpace(text, 0);
  return text.subarray(start, skipValue(text, start));
}

/** A byte order mark is not JSON. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LINE_FEED = 0x0a;
