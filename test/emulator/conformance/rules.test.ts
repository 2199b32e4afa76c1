import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// What breaks clients when a server has it wrong. Each rule has tests whose titles begin with its number.
const RULES = [
  'an error has a JSON body of code and message',
  'the account lists locations that can be reached as the client reached it',
  'the account is not called localhost',
  'ranges that a client has are answered 304',
  'a page of the change feed has an etag, and so has 304',
  'that etag is the number of a commit in quotes',
  '410 with 1002 or 1007 means that a range has split or merged, and nothing else does',
  'a range that was split is gone, its children name it, and no id comes again',
  'a request for a query plan is one although it says that it is a query',
  'a plan is asked for beside each query',
  'queries without key or range run over all ranges, in pages with short continuations',
  'a batch is answered with a bare list',
  'bulk operations carry their key as text',
  'no key and null are two keys',
  'clients place keys by a hash of their own',
  'a definition without version is one of version 1',
  'signatures cover names in their case, resource ids in lower case, and question marks of ids',
  'metrics are pairs without an end mark',
  'a session token comes with the path of its container, and is never empty',
  'every request is answered promptly',
];

test.each(RULES.map((rule, index) => [index + 1, rule]))('rule %i has a test that names it: %s', (number) => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const titles = globSync('*.test.ts', { cwd: folder })
    .filter((file) => file !== 'rules.test.ts')
    .flatMap((file) => readFileSync(folder + file, 'utf8').match(/['`]rule \d+:/g) ?? []);
  expect(titles.filter((title) => title.slice(1) === `rule ${number}:`).length).toBeGreaterThan(0);
});
