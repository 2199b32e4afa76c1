import type { Source } from '../contract.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { filtered } from '../sources/filtered.ts';
import { assertColumns, keepingKeys, selected } from '../sources/selected.ts';
import { preparePredicate, prepareSelection } from '../sql/clauses.ts';
import { SqlError } from '../sql/sql-error.ts';
import { FlowError } from '../support/error.ts';
import type { Tally } from '../support/tally.ts';

export interface BetweenOptions {
  readonly where: string | undefined;
  readonly select: string | undefined;
}

/** What happens to changes between the source and the sink. */
export interface Between {
  /** A job with other documents is another job. */
  mode(of: string): string;
  /** Refuses columns that leave out what tells documents of a container apart. */
  assertKeeps(key: PartitionKeyDefinition): void;
  /** `keeps` is the key that documents must not lose, if there is one. */
  wrap(source: Source, tally: Tally, keeps?: PartitionKeyDefinition): Source;
}

/** What the flags say; what is wrong with them is found here. */
export function between({ where, select }: BetweenOptions): Between {
  const isWanted = where === undefined ? undefined : sql('where', where, preparePredicate);
  const selection = select === undefined ? undefined : sql('select', select, prepareSelection);
  return {
    mode: (of) => [of, where && `where ${where}`, select && `select ${select}`].filter(Boolean).join(', '),
    assertKeeps: (key) => {
      if (selection) assertColumns(selection, key);
    },
    wrap(source, tally, keeps) {
      let wrapped = source;
      if (isWanted)
        wrapped = filtered(wrapped, (document) => sql('where', where ?? '', () => isWanted(document)), tally);
      if (selection) wrapped = translated(selected(wrapped, selection, tally), select ?? '');
      return selection && keeps ? keepingKeys(wrapped, keeps) : wrapped;
    },
  };
}

/** Prepares or runs a clause; what is wrong with it becomes an error for the user, with the place in its text. */
function sql<Result>(flag: string, text: string, work: (text: string) => Result): Result {
  try {
    return work(text);
  } catch (error) {
    throw error instanceof SqlError ? notUnderstood(flag, text, error) : error;
  }
}

function translated(source: Source, text: string): Source {
  return {
    ...source,
    async *pages(...position) {
      try {
        yield* source.pages(...position);
      } catch (error) {
        throw error instanceof SqlError ? notUnderstood('select', text, error) : error;
      }
    },
  };
}

function notUnderstood(flag: string, text: string, error: SqlError): FlowError {
  const { start, end } = error;
  const message = error.message.replace(/( by the embedded server)?\.$/, '');
  // An error while it runs has no place.
  const place = end > start || start > 0 ? ` at ${placeOf(text, start)}: ${marked(text, start)}` : '';
  return new FlowError('usage', `--${flag}: ${message}${place}`, {
    hint:
      flag === 'where'
        ? `documents are called c: --where "c.total > 100"`
        : `documents are called c: --select "c.id, c.total"`,
    cause: error,
  });
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

/** What stands around the place, on one line. */
function marked(text: string, at: number): string {
  const [before, after] = [text.slice(0, at), text.slice(at)].map((part) => part.replace(/\s/g, ' ')) as [
    string,
    string,
  ];
  const head = before.length > AROUND ? `…${before.slice(-AROUND)}` : before;
  return `${head}→${after.length > AROUND ? `${after.slice(0, AROUND)}…` : after}`;
}

const AROUND = 30;
