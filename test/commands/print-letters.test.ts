import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/commands/command.ts';
import { printLetters } from '../../src/commands/print-letters.ts';
import type { Change } from '../../src/contract.ts';
import { lineOf } from '../../src/dead-letter/letter.ts';
import { letterOf } from '../dead-letter/letters.ts';
import { removal, upsert } from '../support/changes.ts';
import { useDirectory } from '../support/run-cli.ts';

const ALL = { letter: undefined, json: false, documents: false };
/** Moves the cursor, turns the direction of writing, and says that it is the end. */
const WICKED = '\u009b2J\u202etxt\u2028';

describe('on a terminal nothing in a letter moves the cursor, hides text or fakes a line:', () => {
  test.each([
    ['list', ALL],
    ['show', ALL],
    ['show', { ...ALL, documents: true }],
  ] as const)('%s %j', async (action, options) => {
    const letter = letterOf(documentOf({ id: 'a', text: WICKED }), { reason: `no\u001b[31m\n${WICKED}` });
    const { text } = await printed(action, options, [letter], true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
    expect(text.split('\n').filter((line) => line.startsWith('no'))).toEqual([]);
  });
});

test('in a pipe a document has its bytes', async () => {
  const letter = letterOf(documentOf({ id: 'a', text: WICKED, n: 1 }));
  const { text } = await printed('show', { ...ALL, documents: true }, [letter], false);
  expect(text).toBe(`${letter.change.document}\n`);
});

test('a document with line breaks is one line of NDJSON, and a delete is shown with its key', async () => {
  const broken = { ...upsert('a'), document: Buffer.from('{\r\n"id":"a"\n}') };
  const letters = [letterOf(broken), letterOf(removal('b'))];
  const { text } = await printed('show', { ...ALL, documents: true }, letters, false);
  expect(text.split('\n').map((line) => line && JSON.parse(line))).toEqual([
    { id: 'a' },
    { id: 'b', pk: 'key of b' },
    '',
  ]);
  expect((await printed('list', ALL, letters, false)).text).toMatch(
    /^2 {2}\["b","key of b"\] {2}413\/0 {2}-–3F {2}lsn -/m,
  );
});

test('a line that a crash has torn is said, and is not the end', async () => {
  const whole = lineOf(letterOf());
  const { text, notes } = await printed('list', ALL, [letterOf()], false, whole.subarray(0, 90));
  expect(text.trim().split('\n')).toHaveLength(1);
  expect(notes).toEqual([
    expect.stringMatching(/^line 2 of ".*" is damaged, and passed over: it was not written to its end$/),
  ]);
});

function documentOf(document: { id: string; text: string; n?: number }): Change {
  return { ...upsert(document.id), document: Buffer.from(JSON.stringify(document)) };
}

async function printed(
  action: string,
  options: typeof ALL,
  letters: readonly Parameters<typeof lineOf>[0][],
  isTTY: boolean,
  rest: Uint8Array = Buffer.alloc(0),
): Promise<{ text: string; notes: string[] }> {
  const file = join(useDirectory(), 'dead.ndjson');
  writeFileSync(file, Buffer.concat([...letters.map(lineOf), rest]));
  const [chunks, notes]: [Buffer[], string[]] = [[], []];
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const context = {
    signal: new AbortController().signal,
    stdout: Object.assign(stdout, { isTTY }),
    talk: { note: (text: string) => void notes.push(text) },
  } as unknown as Context;
  await printLetters(action, file, options, context);
  return { text: Buffer.concat(chunks).toString(), notes };
}
