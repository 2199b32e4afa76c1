import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { elementSpans, locateMembers, SPAN } from '../support/json-bytes.ts';
import { isObject, parseJson } from './json-body.ts';
import { parsePath, startsWith } from './patch-path.ts';
import { parseQuery, refusingSqlErrors } from './query-body.ts';
import { badRequest } from './refusal.ts';

/** A partial update of a document: what has to be true of it first, and what to do, in order. */
export interface Patch {
  /** Absent when the document may be anything. */
  readonly condition?: (document: unknown) => boolean;
  readonly edits: readonly Edit[];
}

export interface Edit {
  readonly kind: Kind;
  readonly path: readonly string[];
  /** Where a moved value comes from. */
  readonly from?: readonly string[];
  /** The bytes of the value, which all but moves and removals have. */
  readonly value?: Buffer;
}

type Kind = (typeof KINDS)[number];

/** Reads the body of a patch request: a list of operations, or an object with them and a condition. */
export function parsePatch(body: Buffer): Patch {
  return patchOf(parseJson(body), body);
}

/** The same for one that is already parsed; `text` holds its bytes. */
export function patchOf(value: unknown, text: Buffer): Patch {
  const { operations, condition } = isObject(value) ? value : { operations: value };
  if (!Array.isArray(operations) || operations.length === 0) throw invalid();
  if (operations.length > EDITS_MAX) throw badRequest(`The number of patch operations cannot exceed ${EDITS_MAX}.`);
  const spans = elementSpans(text, isObject(value) ? spanOf(text, 0, OPERATIONS).start : 0);
  const edits = operations.map((operation, index) => editOf(operation, text, spans[index * 2] as number));
  return condition === undefined || condition === null ? { edits } : { edits, condition: conditionOf(condition) };
}

const EDITS_MAX = 10;
const KINDS = ['add', 'set', 'replace', 'remove', 'incr', 'move'] as const;
const OPERATIONS = Buffer.from('operations');
const VALUE = Buffer.from('value');

function editOf(operation: unknown, text: Buffer, at: number): Edit {
  if (!isObject(operation)) throw invalid();
  const kind = KINDS.find((candidate) => candidate === operation.op);
  if (!kind) throw invalid();
  const path = parseOwnPath(operation.path);
  if (kind === 'remove') return { kind, path };
  if (kind === 'move') {
    const from = parseOwnPath(operation.from);
    if (path.length > from.length && startsWith(path, from)) {
      throw badRequest('Invalid patch request: the path of a move cannot lie inside of what is moved.');
    }
    return { kind, path, from };
  }
  if (!Object.hasOwn(operation, 'value')) throw invalid();
  if (kind === 'incr' && !Number.isFinite(operation.value)) throw invalid();
  const { start, end } = spanOf(text, at, VALUE);
  return { kind, path, value: text.subarray(start, end) };
}

/** A path to something that clients may change. */
function parseOwnPath(text: unknown): string[] {
  const path = parsePath(text);
  const [first = ''] = path;
  if (!SYSTEM_PROPERTIES.includes(first) && (first !== 'id' || path.length > 1)) return path;
  throw badRequest(`Invalid patch request: Cannot patch system property ${first}.`);
}

/** `from c where …` as a query has it after its SELECT clause. */
function conditionOf(condition: unknown): (document: unknown) => boolean {
  if (typeof condition !== 'string') throw invalid();
  const query = parseQuery(Buffer.from(JSON.stringify({ query: `SELECT * ${condition}` })));
  return (document) => refusingSqlErrors(() => query.filter(document));
}

function spanOf(text: Buffer, at: number, name: Buffer): { start: number; end: number } {
  const spans = new Int32Array(SPAN);
  locateMembers(text, at, [name], spans);
  return { start: spans[1] as number, end: spans[2] as number };
}

function invalid(): Error {
  return badRequest('Invalid patch request: check syntax of patch specification.');
}
