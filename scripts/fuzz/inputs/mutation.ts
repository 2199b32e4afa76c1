import { HEADER } from '../../../src/protocol/headers.ts';
import type { Random } from '../../../test/support/random.ts';
import type { Draft } from './draft.ts';
import { oddName, pathPart } from './names.ts';
import { continuation, epk, rangeId, session } from './tokens.ts';

/** The same request with something else in some places: method, path, headers, signature. */
export function mutated(random: Random, draft: Draft): Draft {
  let changed = draft;
  for (let count = random.pick([0, 0, 0, 0, 0, 1, 1, 1, 2, 3]); count > 0; count--)
    changed = random.pick(MUTATIONS)(random, changed);
  return random.chance(0.03) ? { ...changed, signature: random.pick(['none', 'wrong', 'other-path']) } : changed;
}

type Mutation = (random: Random, draft: Draft) => Draft;

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'MERGE',
  'QUERY',
  'PURGE',
];
const KNOWN = [
  ...Object.values(HEADER),
  'content-type',
  'host',
  'origin',
  'expect',
  'accept',
  'user-agent',
  'content-encoding',
  'x-ms-unknown',
  'x-ms-documentdb-query-enablecrosspartition',
  'transfer-encoding-x',
  'upgrade-x',
  'cookie',
  'range',
  'te',
  'x-http-method-override',
  'sec-fetch-site',
  'authorization-x',
  '__proto__',
  'constructor',
];

const header = (random: Random, draft: Draft): Draft => add(draft, random.pick(KNOWN), value(random));

const MUTATIONS: readonly Mutation[] = [
  header,
  header,
  header,
  (random, draft) => ({ ...draft, method: random.pick(METHODS) }),
  (random, draft) => ({ ...draft, path: mutatedPath(random, draft.path) }),
  (random, draft) => ({ ...draft, headers: draft.headers.filter(() => random.chance(0.7)) }),
  (random, draft) => ({
    ...draft,
    headers: draft.headers.map(([name, text]) => [name, random.chance(0.3) ? value(random) : text] as const),
  }),
  (random, draft) =>
    add(draft, ...(random.pick(draft.headers.length > 0 ? draft.headers : [['x', 'y']]) as [string, string])),
  (random, draft) => add(draft, HEADER.sessionToken, session(random)),
  (random, draft) => add(draft, HEADER.activityId, value(random)),
  (random, draft) =>
    add(
      add(draft, HEADER.priority, random.pick(['Low', 'High', 'low', 'x'])),
      HEADER.throughputBucket,
      random.pick(['1', '5', '6', '0', '-1', 'x', '1e3']),
    ),
  (random, draft) =>
    add(
      draft,
      random.pick([HEADER.isQuery, HEADER.isQueryPlan, HEADER.isBatch, HEADER.batchAtomic, HEADER.isUpsert]),
      random.pick(['True', 'true', 'False', '', 'yes']),
    ),
  (random, draft) => add(draft, HEADER.changeFeed, random.pick(['Incremental Feed', 'Full-Fidelity Feed', 'x'])),
  (random, draft) => ({
    ...draft,
    headers: draft.headers.map(([name, text]) => [random.chance(0.5) ? name.toUpperCase() : name, text] as const),
  }),
  (random, draft) => ({
    ...draft,
    body: random.pick([undefined, Buffer.alloc(0), Buffer.from('null'), Buffer.alloc(100_000, 0x5b)]),
  }),
];

function add(draft: Draft, name: string, text: string): Draft {
  return { ...draft, headers: [...draft.headers, [name, text]] };
}

function mutatedPath(random: Random, path: string): string {
  const parts = path.split('/');
  const at = 1 + random.integer(Math.max(1, parts.length - 1));
  return random
    .pick<() => string>([
      () => parts.toSpliced(at, 1, pathPart(random, oddName(random))).join('/'),
      () => parts.toSpliced(at, 1).join('/') || '/',
      () => parts.toSpliced(at, 0, parts[at] ?? '').join('/'),
      () => `${path}/`,
      () => `${path}//`,
      () => `${path}?x=${random.pick(['1', '%', '../..', 'a'.repeat(5000)])}`,
      () => `${path}#x`,
      () => `http://127.0.0.1${path}`,
      () => path.toUpperCase(),
      () => `${path}/${'x/'.repeat(random.pick([1, 10, 3000]))}`,
      () => `/_cosmosflow${path}`,
      () => '*',
      () => `${path}${'%2f'.repeat(500)}`,
    ])()
    .replace(/[\0\r\n ]/g, '');
}

/** Of a header: may be anything but the end of a line. */
function value(random: Random): string {
  return random
    .pick<() => string>([
      () =>
        random.pick([
          '',
          ' ',
          '0',
          '-1',
          '1',
          'true',
          'True',
          'null',
          'undefined',
          '*',
          '""',
          '[]',
          '{}',
          'NaN',
          '1e999',
        ]),
      () =>
        random.pick([
          '2147483648',
          '9007199254740993',
          '-0',
          '0x10',
          '１',
          'True, False',
          'Session',
          'Strong',
          'return=minimal',
        ]),
      () =>
        random.pick([
          '["k1"]',
          '[null]',
          '[{}]',
          '[1e400]',
          '[["a"]]',
          '["a","b"]',
          '["\\ud800"]',
          `["${'x'.repeat(3000)}"]`,
        ]),
      () => random.text(20).replace(/\p{Cc}/gu, ''),
      () => random.text(5),
      () => 'x'.repeat(random.pick([100, 1024, 8000, 30_000])),
      () => '漢'.repeat(random.pick([1, 100, 3000])),
      () => '\x7f\x01\x80ÿ',
      () => rangeId(random),
      () => epk(random),
      () => continuation(random),
      () => session(random),
      () => `${'['.repeat(5000)}${']'.repeat(5000)}`,
    ])()
    .replace(/[\0\r\n]/g, '');
}
