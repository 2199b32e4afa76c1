import { isUtf8 } from 'node:buffer';
import { type Change, type Continuation, EVERYTHING, type Source } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import { type ListedLetter, listLetters } from '../dead-letter/listing.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { type Age, compare, type Moment } from '../sinks/age.ts';
import { FlowError } from '../support/error.ts';

export interface LettersOptions {
  /**
   * Of the target, which need not be that of the container that refused them; `undefined` where they are to be as they
   * were, under the keys that they had, whether they are documents or not.
   */
  readonly partitionKey: PartitionKeyDefinition | undefined;
  /** The only one to be read, by its number. */
  readonly letter: number | undefined;
  onDamage(line: number, isTorn: boolean): void;
  /** Without it, every letter counts. */
  readonly superseding?: Superseding | undefined;
}

interface Superseding {
  /** By which one letter is newer than another; of those that are equally new, the later one in the file is. */
  readonly age: Age;
  /** Told of letters that a newer one in the file makes void. */
  onSuperseded(): void;
}

/** The letters of a file as the changes that they are about; what is no document comes as a flawed record. */
export function letters(file: string, options: LettersOptions): Source {
  const { letter, onDamage, superseding } = options;
  const key = options.partitionKey && new DocumentKey(options.partitionKey);
  const changes = async function* (onLine: LettersOptions['onDamage']): AsyncGenerator<readonly [number, Change]> {
    for await (const found of listLetters(file, onLine))
      if (letter === undefined || letter === found.number) yield [found.number, changeOf(found, key)];
  };
  /** Numbers of the letters that do not count. What cannot be compared does, and is for the sink to refuse. */
  const superseded = async ({ age }: Superseding): Promise<ReadonlySet<number>> => {
    const [newest, others] = [new Map<string, { number: number; moment: Moment }>(), new Set<number>()];
    for await (const [number, change] of changes(() => {})) {
      const moment = change instanceof FlawedRecord ? undefined : age.of(change);
      if (moment === undefined) continue;
      const other = newest.get(change.key);
      const difference = other && compare(moment, other.moment);
      if (difference !== undefined) others.add(difference < 0 ? number : (other?.number as number));
      if (!other || (difference as number) >= 0) newest.set(change.key, { number, moment });
    }
    return others;
  };
  return {
    starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
    async *pages(_range, _from, signal) {
      const passedOver = superseding && (await superseded(superseding));
      let page: Change[] = [];
      let last = 0;
      const take = () => ({ changes: page.splice(0), resumeAt: String(last) as Continuation });
      for await (const [number, change] of changes(onDamage)) {
        if (signal.aborted) return;
        last = number;
        if (passedOver?.has(number)) superseding?.onSuperseded();
        else page.push(change);
        if (page.length === PAGE_ITEMS) {
          yield take();
          page = [];
        }
      }
      if (last === 0 && letter !== undefined) throw noSuchLetter(file, letter);
      yield take();
    },
  };
}

const PAGE_ITEMS = 100;

function changeOf({ number, facts, document }: ListedLetter, key: DocumentKey | undefined): Change {
  const why = flawOf(document, key !== undefined);
  if (why !== undefined) {
    const known = Array.isArray(facts.key) ? JSON.stringify(facts.key).slice(1, -1) : '';
    const flaw = new FlowError('sink_refused', `letter ${number} cannot be replayed: it ${why}`, {
      hint: 'mend the record where it came from, and import it again',
    });
    return new FlawedRecord(known || JSON.stringify(`letter ${number}`), document, flaw);
  }
  const { kind, operation, version, lsn, committed, time, isResult } = facts;
  if (!key) {
    return {
      key: JSON.stringify(facts.key ?? []).slice(1, -1),
      kind: kind === 'delete' ? 'delete' : 'upsert',
      document,
      operation: OPERATIONS.find((name) => name === operation),
      // Else it would be taken for a letter that has the same in it.
      version: typeof version === 'string' ? version : typeof lsn === 'number' ? undefined : `letter of ${time}`,
      lsn: typeof lsn === 'number' ? lsn : undefined,
      time: typeof committed === 'number' ? committed : undefined,
      isResult: isResult === true,
    };
  }
  key.scan(document, 0);
  return {
    key: key.key,
    kind: kind === 'delete' ? 'delete' : 'upsert',
    document,
    ...(typeof version === 'string' && { version }),
    ...(typeof lsn === 'number' && { lsn }),
    ...(typeof committed === 'number' && { time: committed }),
  };
}

const OPERATIONS = ['create', 'replace', 'delete', 'expire'] as const;

function flawOf(document: Buffer, isForContainer: boolean): string | undefined {
  if (!isUtf8(document)) return 'is not text in UTF-8';
  try {
    const value: unknown = JSON.parse(document.toString('utf8'));
    if (!isForContainer) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not a JSON object';
    return typeof (value as { id?: unknown }).id === 'string' ? undefined : 'has no id';
  } catch {
    return 'is not JSON';
  }
}

function noSuchLetter(file: string, letter: number): FlowError {
  return new FlowError('usage', `"${file}" has no letter ${letter}`, {
    hint: `their numbers: cosmosflow dead-letter list ${file}`,
  });
}
