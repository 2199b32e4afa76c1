import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDirectory } from '../../src/support/directory.ts';

test('is made with all that is missing above it, for the owner alone', () => {
  const root = temporary();
  makeDirectory(join(root, 'a/b/c'));
  expect(['a', 'a/b', 'a/b/c'].map((path) => statSync(join(root, path)).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
  makeDirectory(join(root, 'a/b/c'));
});

test('cannot be made below a file', () => {
  const root = temporary();
  writeFileSync(join(root, 'file'), '');
  expect(() => makeDirectory(join(root, 'file/a/b'))).toThrow(/ENOTDIR/);
});

test.skipIf(!existsSync('/proc/self'))('that the system does not make is refused at once (Linux has such)', () => {
  expect(() => makeDirectory('/proc/none/such')).toThrow(/ENOENT/);
});

function temporary(): string {
  const root = mkdtempSync(join(tmpdir(), 'cosmosflow-directory-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}
