import { type ListedLetter, listLetters } from '../dead-letter/listing.ts';
import { ndjson } from '../formats/ndjson.ts';
import { FlowError } from '../support/error.ts';
import { escapeControls, escapeInJson } from '../support/escape.ts';
import type { Context } from './command.ts';
import { print } from './print.ts';

export interface PrintOptions {
  readonly letter: number | undefined;
  readonly json: boolean;
  readonly documents: boolean;
}

/** Prints the letters of a file; resolves when all that was asked for is printed. */
export async function printLetters(
  action: string,
  file: string,
  options: PrintOptions,
  context: Context,
): Promise<void> {
  const format = formatOf(action, options);
  const { signal, stdout, talk } = context;
  const onDamage = (line: number, isTorn: boolean): void =>
    talk.note(
      `line ${line} of "${file}" is damaged, and passed over${isTorn ? ': it was not written to its end' : ''}`,
    );
  let found = 0;
  for await (const letter of listLetters(file, onDamage)) {
    signal.throwIfAborted();
    if (options.letter !== undefined && letter.number !== options.letter) continue;
    found++;
    await print(stdout, format(letter, stdout.isTTY === true));
  }
  if (found > 0) return;
  if (options.letter === undefined) talk.note(`there are no dead letters in "${file}"`);
  else
    throw new FlowError('usage', `"${file}" has no letter ${options.letter}`, {
      hint: `their numbers: cosmosflow dead-letter list ${file}`,
    });
}

type Format = (letter: ListedLetter, forTerminal: boolean) => Buffer;

function formatOf(action: string, { json, documents }: PrintOptions): Format {
  if (action !== 'list' && action !== 'show')
    throw new FlowError('usage', `"${action}" is nothing to do with dead letters`, { hint: 'use list or show' });
  if (json && documents)
    throw new FlowError('usage', '--json and --documents exclude each other', { hint: 'give one of them' });
  if (documents) return ({ document }, forTerminal) => shown(ndjson([document]), forTerminal);
  if (json) return ({ number, facts }) => Buffer.from(`${JSON.stringify({ number, ...facts })}\n`);
  return action === 'list' ? rowOf : allOf;
}

function rowOf({ number, facts }: ListedLetter): Buffer {
  const { key, reason, status, substatus, range, lsn, time } = facts;
  const answer = status === undefined ? '-' : `${status}/${substatus ?? 0}`;
  const { min = '', max = '' } = (range ?? {}) as { min?: string; max?: string };
  const columns = [number, JSON.stringify(key), answer, `${min || '-'}–${max}`, `lsn ${lsn ?? '-'}`, time, reason];
  return Buffer.from(`${escapeControls(columns.join('  ')).replaceAll('\n', ' ')}\n`);
}

function allOf({ number, facts, document }: ListedLetter, forTerminal: boolean): Buffer {
  const rows = Object.entries({ letter: number, ...facts }).filter(([name]) => name !== 'deadLetter');
  const width = Math.max(...rows.map(([name]) => name.length), 'document'.length);
  const text = rows.map(([name, value]) => {
    const shownValue = typeof value === 'string' ? value : JSON.stringify(value);
    return `${escapeControls(`${name.padEnd(width)}  ${shownValue}`).replaceAll('\n', ' ')}\n`;
  });
  return Buffer.concat([
    Buffer.from(`${text.join('')}${'document'.padEnd(width)}  `),
    shown(ndjson([document]), forTerminal),
    Buffer.from('\n'),
  ]);
}

/** Somebody else wrote the document: on a terminal it must not move the cursor or hide anything. */
function shown(line: Buffer, forTerminal: boolean): Buffer {
  return forTerminal ? Buffer.from(escapeInJson(line.toString('utf8'))) : line;
}
