import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { FlowError } from '../support/error.ts';
import { type FoundLetter, mayOpen, readLetter } from './letter.ts';

export interface ListedLetter extends FoundLetter {
  /** Of its line, from 1. */
  readonly number: number;
}

/**
 * The letters of a file in their order; one that comes again, as it does after a crash, once. `onDamage` is told the
 * numbers of lines that are no letters, and whether the file just ends there, as a crash leaves it. Throws for a file that
 * does not begin as one of letters does.
 */
export async function* listLetters(
  file: string,
  onDamage: (line: number, isTorn: boolean) => void,
): AsyncGenerator<ListedLetter> {
  const seen = new Set<string>();
  let number = 0;
  for await (const { line, isWhole } of linesOf(file)) {
    number++;
    if (line.length === 0) continue;
    const letter = readLetter(line);
    if (!letter) onDamage(number, !isWhole);
    else if (isNew(letter, seen)) yield { number, ...letter };
  }
}

/** A version of a document, or where versions are not known its bytes, in one run. */
function isNew({ facts, document }: FoundLetter, seen: Set<string>): boolean {
  const version = facts.version ?? createHash('sha256').update(document).digest('base64');
  const size = seen.size;
  return seen.add(JSON.stringify([facts.key, facts.kind, version, facts.job, facts.run])).size > size;
}

interface Line {
  readonly line: Buffer;
  /** Whether it has an end. */
  readonly isWhole: boolean;
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  const parts: Buffer[] = [];
  let isFirst = true;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      if (isFirst && !mayOpen(chunk)) throw notOne(file);
      isFirst = false;
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
        yield { line: Buffer.concat([...parts.splice(0), chunk.subarray(start, end)]), isWhole: true };
        start = end + 1;
      }
      if (start < chunk.length) parts.push(chunk.subarray(start));
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new FlowError('local_io', `cannot read "${file}": ${error.message}`, {
      hint: 'name the file that --dead-letter wrote',
      cause: error,
    });
  }
  if (parts.length > 0) yield { line: Buffer.concat(parts), isWhole: false };
}

function notOne(file: string): FlowError {
  return new FlowError('usage', `"${file}" is not a file of dead letters`, {
    hint: 'name the file that --dead-letter wrote',
  });
}

const LINE_FEED = 0x0a;
