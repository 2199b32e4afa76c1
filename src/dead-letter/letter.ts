import { isUtf8 } from 'node:buffer';
import type { Change, Range } from '../contract.ts';
import { isSpace, locateMembers, SPAN } from '../support/json-bytes.ts';

/** A change that its destination refused, and all that is known about that. */
export interface Letter {
  readonly change: Change;
  readonly range: Range;
  readonly job: { readonly source: string; readonly target: string; readonly mode: string };
  /** Which time that the job was begun, where that is known. */
  readonly run?: string | undefined;
  /** How often the change was handed to the destination by then. */
  readonly attempt: number;
  /** Of the error, as the log has it. */
  readonly code: string;
  readonly reason: string;
  readonly status?: number | undefined;
  readonly substatus?: number | undefined;
  /** When it was refused. */
  readonly time: Date;
}

/** A letter as it was found in a file. Anybody may have written there: nothing is known to be as it should. */
export interface FoundLetter {
  /** All but the document. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Byte for byte as it came from the source. */
  readonly document: Buffer;
}

/** Whether this may be how a file of letters begins, however little there is of it. */
export function mayOpen(bytes: Buffer): boolean {
  return OPENING.startsWith(bytes.toString('latin1').trimStart().slice(0, OPENING.length));
}

/** How each line begins. */
export const OPENING = '{"deadLetter":1,';

/**
 * The letter as a line of NDJSON. Its document stands in it as it came; one that cannot (as it has line breaks, or is no
 * JSON in UTF-8, or not that alone) stands there in base64.
 */
export function lineOf({ change, range, job, run, attempt, code, reason, status, substatus, time }: Letter): Buffer {
  const { key, kind, operation, version, lsn, time: committed, isResult, document } = change;
  const facts = {
    kind,
    // Versions are the same in every run.
    run: version === undefined ? run : undefined,
    isResult: isResult || undefined,
    operation,
    version,
    lsn,
    committed,
    attempt,
    code,
    status,
    substatus,
    reason,
  };
  const head = `${OPENING}"time":"${time.toISOString()}","job":${JSON.stringify(job)},"range":${JSON.stringify({ min: range.min, max: range.max })},"key":[${key}],`;
  const rest = JSON.stringify(facts).slice(1, -1);
  const fits = isOneLine(document);
  const text = fits ? document : Buffer.from(JSON.stringify(Buffer.from(document).toString('base64')));
  const name = fits ? 'document' : 'documentBase64';
  return Buffer.concat([Buffer.from(`${head}${rest},"${name}":`), text, Buffer.from('}\n')]);
}

/** Reads a line; `undefined` when it is not a whole letter. */
export function readLetter(line: Buffer): FoundLetter | undefined {
  if (!line.subarray(0, OPENING.length).equals(Buffer.from(OPENING))) return undefined;
  const parsed = objectIn(line);
  if (!parsed) return undefined;
  const { document, documentBase64, ...facts } = parsed;
  if (typeof documentBase64 === 'string') return { facts, document: Buffer.from(documentBase64, 'base64') };
  if (document === undefined) return undefined;
  const spans = new Int32Array(SPAN);
  locateMembers(line, 0, [DOCUMENT], spans);
  return { facts, document: line.subarray(spans[1], spans[2]) };
}

const DOCUMENT = Buffer.from('document');
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];

function isOneLine(document: Uint8Array): boolean {
  if (document.includes(LINE_FEED) || document.includes(CARRIAGE_RETURN) || !isUtf8(document)) return false;
  if (isSpace(document[0]) || isSpace(document.at(-1))) return false;
  try {
    JSON.parse(Buffer.from(document).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function objectIn(line: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line.toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
