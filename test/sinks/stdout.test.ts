import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { stdoutSink } from '../../src/sinks/stdout.ts';
import { ClosedPipe, type Output } from '../../src/support/output.ts';
import { textOf, upsert } from '../support/changes.ts';

const NEVER = new AbortController().signal;
/** Clears the screen, sets the title, overwrites the line, writes backwards, and more, inside of a string. */
const NASTY = '\u007f\u009b2J\u0080\u009f\u2028\u2029\u202a\u202e\u2066\u2069';

describe('in a pipe', () => {
  test('documents come one a line, their bytes untouched', async () => {
    const { stream, text } = collector();
    const changes = [upsert('a'), changeOf(`{ "id":"b","n":1.0,"t":"${NASTY}\\u0007é😀" }`)];
    await stdoutSink(stream, NEVER).write(changes, EVERYTHING);
    expect(text()).toBe(changes.map((change) => `${textOf(change)}\n`).join(''));
  });

  test('a write resolves when the stream has taken it, and no earlier', async () => {
    let take = (): void => {};
    const stream = new Writable({
      write: (_chunk, _encoding, done) => {
        take = done;
      },
    });
    let isOver = false;
    const written = Promise.resolve(stdoutSink(stream, NEVER).write([upsert('a')], EVERYTHING)).then(() => {
      isOver = true;
    });
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    take();
    await written;
  });

  test('a page without changes is nothing to wait for', async () => {
    const stream = new Writable({ write: () => {} });
    await stdoutSink(stream, NEVER).write([], EVERYTHING);
  });
});

test('on a terminal nothing of a document can control it, and the JSON means what it meant', async () => {
  const { stream, text } = collector({ isTTY: true });
  const document = `{\t"id":"${NASTY}\\u001b[2J","pk":"é😀\u200d"}`;
  await stdoutSink(stream, NEVER).write([changeOf(document)], EVERYTHING);
  for (const character of NASTY.replace('2J', '')) expect(text()).not.toContain(character);
  expect(text()).toMatch(/^[^\n]*\n$/);
  expect(JSON.parse(text())).toEqual(JSON.parse(document));
  expect(text()).toContain('é😀\u200d');
});

describe('a write that fails', () => {
  test('because nobody reads on is told apart', async () => {
    await expect(writeTo(failing('EPIPE'))).rejects.toBeInstanceOf(ClosedPipe);
  });

  test('for any other reason says so', async () => {
    await expect(writeTo(failing('ENOSPC'))).rejects.toMatchObject({
      code: 'local_io',
      message: expect.stringMatching(/stdout.*ENOSPC/),
    });
  });

  test('is given up when it has been waited for long enough, and none is begun then', async () => {
    const stuck = new Writable({ write: () => {} });
    const giveUp = new AbortController();
    const sink = stdoutSink(stuck, giveUp.signal);
    const written = sink.write([upsert('a')], EVERYTHING);
    giveUp.abort();
    await expect(written).rejects.toMatchObject({ code: 'sink_unavailable' });
    await expect(sink.write([upsert('b')], EVERYTHING)).rejects.toMatchObject({ code: 'sink_unavailable' });
  });
});

async function writeTo(stream: Output): Promise<void> {
  await stdoutSink(stream, NEVER).write([upsert('a')], EVERYTHING);
}

function failing(code: string): Output {
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: no`), { code })),
  });
  // As the edge of the process does.
  return stream.on('error', () => {});
}

function collector(extra: { readonly isTTY?: boolean } = {}): { stream: Output; text(): string } {
  const stream = Object.assign(new PassThrough(), extra);
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

function changeOf(text: string): Change {
  return { key: '"a"', kind: 'upsert', document: Buffer.from(text) };
}
