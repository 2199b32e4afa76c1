import type { Change } from '../contract.ts';
import { withMember } from '../formats/member.ts';
import { asBuffer } from '../support/buffers.ts';
import { locateMembers, SPAN, skipValue } from '../support/json-bytes.ts';

/** What tells which of two versions of a document is newer. */
export interface Age {
  /** In words. */
  readonly name: string;
  /** Whether versions of one age may differ, and then come in the order of the source. */
  readonly isCoarse: boolean;
  of(change: Change): Moment | undefined;
  ofStored(document: Buffer): Moment | undefined;
  /** Whether a stored document tells only when it was written there, which says nothing of a copy of something older. */
  isOnlyStored(document: Buffer): boolean;
  /** What the target calls it, where a document does not tell its age itself. */
  readonly keptAs?: string;
  /** The document with its age in it. */
  kept(change: Change): Uint8Array;
}

/** Of one kind they can be compared. */
export type Moment = number | bigint | string | Instant;

/** As exact as it was written: a double holds no more than microseconds. */
interface Instant {
  /** Since 1970, in ms. */
  readonly second: number;
  /** Digits of the fraction, without zeros at the end, which some writers leave out. */
  readonly fraction: string;
}

/** The age by `_ts`, which the target has under the name `keptTs`, by `_lsn`, or by what lies at a JSON pointer. */
export function ageOf(rule: string, keptTs = '_srcTs'): Age {
  if (rule === '_ts') return byTime(keptTs);
  return rule === '_lsn' ? byLsn('_srcLsn') : byPath(rule);
}

/** More than 0 when the first is newer, `undefined` when they cannot be compared. */
export function compare(one: Moment, other: Moment): number | undefined {
  if (typeof one === 'object' && typeof other === 'object')
    return order(one.second, other.second) || order(one.fraction, other.fraction);
  return kindOf(one) === kindOf(other) ? order(one, other) : undefined;
}

function kindOf(moment: Moment): string {
  return typeof moment === 'bigint' ? 'number' : typeof moment;
}

function order(one: Moment, other: Moment): number {
  return one < other ? -1 : Number(one > other);
}

/** What the target does not have from a source was written there, when the target says. */
function byTime(name: string): Age {
  const kept = Buffer.from(name);
  return {
    name: '_ts',
    keptAs: name,
    isCoarse: true,
    of: timeOf,
    ofStored: (document) => momentAt(document, [kept]) ?? momentAt(document, [TS]),
    isOnlyStored: (document) => momentAt(document, [kept]) === undefined,
    kept: (change) => {
      const time = timeOf(change);
      return time === undefined ? change.document : withMember(asBuffer(change.document), name, String(time));
    },
  };
}

/** In the documents of a file anything may be called so. */
function timeOf({ time, document }: Change): number | bigint | undefined {
  const moment = time ?? momentAt(asBuffer(document), [TS]);
  return typeof moment === 'number' || typeof moment === 'bigint' ? moment : undefined;
}

function byLsn(name: string): Age {
  const kept = Buffer.from(name);
  return {
    name: '_lsn',
    keptAs: name,
    isCoarse: false,
    of: ({ lsn }) => lsn,
    ofStored: (document) => momentAt(document, [kept]),
    isOnlyStored: () => false,
    kept: ({ document, lsn }) => withMember(asBuffer(document), name, String(lsn)),
  };
}

function byPath(pointer: string): Age {
  const names = pointer
    .slice(1)
    .split('/')
    .map((name) => Buffer.from(name.replaceAll('~1', '/').replaceAll('~0', '~')));
  return {
    name: pointer,
    isCoarse: false,
    of: ({ document }) => momentAt(asBuffer(document), names),
    ofStored: (document) => momentAt(document, names),
    isOnlyStored: () => false,
    kept: ({ document }) => document,
  };
}

const TS = Buffer.from('_ts');
const OPEN_OBJECT = 0x7b;

function momentAt(document: Buffer, names: readonly Buffer[]): Moment | undefined {
  const spans = new Int32Array(SPAN);
  let start = 0;
  for (const name of names) {
    if (document[start] !== OPEN_OBJECT && start > 0) return undefined;
    locateMembers(document, start, [name], spans);
    start = spans[1] as number;
    if (start === 0) return undefined;
  }
  return momentIn(document.toString('utf8', start, skipValue(document, start)));
}

/** Whole numbers in full, for some count beyond what a double holds; times as what they stand for. */
function momentIn(text: string): Moment | undefined {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  const value: unknown = JSON.parse(text);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const [, minute, seconds = ':00', fraction = '', zone] = TIME.exec(value) ?? [];
  const second = Date.parse(`${minute}${seconds}${zone}`);
  return Number.isFinite(second) ? { second, fraction: fraction.replace(/0+$/, '') } : value;
}

/** With an offset, or a `Z`. */
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?:(:\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)$/;
