import { expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';

const comparing = (...flags: readonly string[]) =>
  runCommand(['copy', 'embedded:db/a', 'embedded:db/b', '--embedded-data', ':memory:', '--verify', ...flags]);

test.each([
  ['--follow'],
  ['--where', 'true'],
  ['--select', 'c.id'],
  ['--transform', 'x.mjs'],
  ['--id-from', '{/id}'],
  ['--target-partition-key', '/x'],
  ['--keep-ts', 'sourceTs'],
  ['--ttl-mode', 'drop'],
  ['--if-newer', '_ts'],
  ['--write', 'insert-ignore'],
  ['--write', 'patch'],
  ['--write', 'patch-if-exists'],
  ['--write', 'merge'],
  ['--write', 'delete'],
])('a copy that is to differ from its source is not compared with it: %s %s', async (...flags) => {
  const { failure } = await comparing(...flags);
  expect(failure).toMatchObject({ code: 'usage', message: expect.stringMatching(`--verify .*${flags[0]}`) });
});

test.each([
  ['--ttl-mode', 'keep'],
  ['--if-newer', '/version'],
  ['--write', 'insert'],
  ['--write', 'replace'],
])('one that may be equal is: %s %s', async (...flags) => {
  expect((await comparing(...flags)).failure).toMatchObject({ code: 'container_not_found' });
});
