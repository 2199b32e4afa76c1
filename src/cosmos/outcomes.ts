import { assert } from '../support/assert.ts';
import { jsonScanner } from '../support/json-scanner.ts';

/** One operation's fate, as the service tells it. */
export interface Outcome {
  readonly statusCode: number;
  readonly subStatusCode?: number;
  readonly retryAfterMilliseconds?: number;
}

/** What the answer to a batch says of each operation, in order. Of those that went well, the status is all. */
export function outcomesIn(body: Buffer): readonly Outcome[] {
  const well = successesIn(body);
  if (well) return well;
  const outcomes: unknown = JSON.parse(body.toString('utf8'));
  assert(Array.isArray(outcomes), 'a batch is answered with an array');
  return outcomes;
}

/** The same as texts, which have the documents that were read. */
export function resultsIn(body: Buffer): Buffer[] {
  const spans = jsonScanner.elementSpans(body, 0);
  return Array.from({ length: spans.length / 2 }, (_, at) => body.subarray(spans[2 * at], spans[2 * at + 1]));
}

/** When all went well and the service says so before all else, as it does: parsing costs more than most of the sending. */
function successesIn(body: Buffer): readonly Outcome[] | undefined {
  const spans = jsonScanner.elementSpans(body, 0);
  const successes: Outcome[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    const success = successAt(body, spans[at] as number);
    if (!success) return undefined;
    successes.push(success);
  }
  return successes;
}

function successAt(body: Buffer, start: number): Outcome | undefined {
  for (let at = 0; at < STATUS_CODE.length; at++) if (body[start + at] !== STATUS_CODE[at]) return undefined;
  const at = start + STATUS_CODE.length;
  const [tens, ones, next] = [digit(body[at]), digit(body[at + 1]), body[at + 2]];
  return next === COMMA || next === CLOSE_OBJECT ? SUCCESSES[10 * tens + ones] : undefined;
}

/** NaN, which is no index, for anything else. */
function digit(byte = 0): number {
  return byte >= ZERO && byte <= ZERO + 9 ? byte - ZERO : Number.NaN;
}

const STATUS_CODE = Buffer.from('{"statusCode":2');
const SUCCESSES: readonly Outcome[] = Array.from({ length: 100 }, (_, code) => ({ statusCode: 200 + code }));
const ZERO = 0x30;
const COMMA = 0x2c;
const CLOSE_OBJECT = 0x7d;
