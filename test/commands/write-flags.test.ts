import { describe, expect, test } from 'vitest';
import { assertCopies, assertImports, ifNewer, write } from '../../src/commands/write-flags.ts';
import { ageOf } from '../../src/sinks/age.ts';

test.each([
  ['insert-ignore', 'insert-ignore'],
  ['UPSERT', 'upsert'],
  ['ItemOverwrite', 'upsert'],
  ['ItemAppend', 'insert-ignore'],
  ['itemoverwriteifnotmodified', 'upsert-if-match'],
  ['ItemDelete', 'delete'],
  ['ItemDeleteIfNotModified', 'delete-if-match'],
  ['ItemPatch', 'patch'],
  ['ItemPatchIfExists', 'patch-if-exists'],
  ['ItemBulkUpdate', 'merge'],
])('--write %s is %s', (text, strategy) => {
  expect(write.parse(text)).toBe(strategy);
});

describe('refused with a hint:', () => {
  test('a strategy that there is not', () => {
    expect(() => write.parse('append')).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('upsert, insert,') }),
    );
  });

  const plain = { write: 'upsert', ifNewer: undefined, deletes: 'none' } as const;

  test('what is nothing to compare by', () => {
    for (const text of ['', 'version', '_etag', '/', '/a/'])
      expect(() => ifNewer.parse(text), text).toThrow(
        expect.objectContaining({ code: 'usage', hint: expect.stringContaining('/version') }),
      );
  });

  test.each<[string, Partial<Parameters<typeof assertCopies>[0]>, RegExp]>([
    ['to compare with an _etag of another container', { write: 'upsert-if-match' }, /produce --input/],
    ['to compare and then not to write over it', { write: 'insert', ifNewer: ageOf('_ts') }, /one of them/],
    ['to compare and then to merge', { write: 'merge', ifNewer: ageOf('/version') }, /one of them/],
    ['to compare deletes by a path', { ifNewer: ageOf('/version'), deletes: 'feed' }, /--if-newer _ts/],
    ['to delete whatever the source lacks', { ifNewer: ageOf('_ts'), deletes: 'diff' }, /--deletes=feed/],
  ])('%s', (_, options, hint) => {
    expect(() => assertCopies({ ...plain, ...options })).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringMatching(hint) }),
    );
  });

  test.each<[string, Partial<Parameters<typeof assertImports>[0]>, RegExp]>([
    ['to compare and then not to write over it', { write: 'insert', ifNewer: ageOf('_ts') }, /one of them/],
    ['to compare by what a file does not tell', { ifNewer: ageOf('_lsn') }, /--if-newer \/version/],
  ])('of an import, %s', (_, options, hint) => {
    expect(() => assertImports({ write: 'upsert', ifNewer: undefined, ...options })).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringMatching(hint) }),
    );
  });

  test('nothing else', () => {
    for (const age of [undefined, ageOf('_ts'), ageOf('/version')])
      expect(() => assertImports({ write: 'upsert', ifNewer: age })).not.toThrow();
    expect(() => assertImports({ write: 'upsert-if-match', ifNewer: undefined })).not.toThrow();
    expect(() => assertCopies(plain)).not.toThrow();
    expect(() => assertCopies({ ...plain, ifNewer: ageOf('_ts'), deletes: 'feed' })).not.toThrow();
    expect(() => assertCopies({ ...plain, ifNewer: ageOf('/version') })).not.toThrow();
  });
});
