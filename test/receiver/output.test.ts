import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { streamOutput } from '../../src/receiver/output.ts';

test('a reader that does not read keeps nobody from closing, who is told', async () => {
  const stuck = new Writable({ write: () => {} });
  const output = streamOutput(stuck);
  void output.append(Buffer.from('{}\n'));
  await expect(output.close()).rejects.toMatchObject({ code: 'local_io', message: /nobody reads/, hint: /--out/ });
});

test('what could control a terminal is escaped there, and nowhere else', async () => {
  const line = Buffer.from('{"id":"\u009b31m"}\n');
  const print = async (isTTY: boolean): Promise<string> => {
    const written: Buffer[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        written.push(Buffer.from(chunk));
        done();
      },
    });
    await streamOutput(Object.assign(stream, { isTTY })).append(line);
    return Buffer.concat(written).toString();
  };
  expect(await print(false)).toBe(line.toString());
  expect(await print(true)).toBe('{"id":"\\u009b31m"}\n');
});
