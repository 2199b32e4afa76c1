// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how files name variables
import { describe, expect, test } from 'vitest';
import { longName } from '../../src/pipelines/kind.ts';
import { OWN } from '../../src/pipelines/pipeline.ts';
import { pipelinesInReadme } from '../support/readme.ts';
import { KINDS, pipelinesOf, problemsOf } from './rig.ts';

const COPY = 'command: copy, source: a/b, target: a/c';

test('a pipeline has the flags of its command, parsed as on the command line, and the rest by default', () => {
  const [orders] = pipelinesOf(`
pipelines:
  orders:
    command: copy
    source: embedded:shop/orders
    target: embedded:shop/copy
    follow: true
    max-item-count: 50
    poll: 2s
    deadLetter: dead.ndjson
`);
  expect(orders).toMatchObject({
    name: 'orders',
    arguments: ['embedded:shop/orders', 'embedded:shop/copy'],
    options: {
      follow: true,
      maxItemCount: 50,
      poll: 2000,
      deadLetter: 'dead.ndjson',
      restart: false,
      patience: 120_000,
    },
  });
});

test('each pipeline has a checkpoint of its own, unless it names one', () => {
  const pipelines = pipelinesOf(`pipelines: { a: { ${COPY} }, b: { ${COPY}, checkpoint: x.db } }`);
  expect(pipelines.map(({ options }) => options.checkpoint)).toEqual(['.cosmosflow/a.db', 'x.db']);
});

test('what cannot go on where it was has no checkpoint, unless it names one', () => {
  const pipelines = pipelinesOf(`
pipelines:
  a: { command: produce, target: a/b, input: '-' }
  b: { command: produce, target: a/b, input: b.csv }
  c: { command: produce, target: a/b, input: '-', checkpoint: c.db }
`);
  expect(pipelines.map(({ options }) => options.checkpoint)).toEqual([undefined, '.cosmosflow/b.db', 'c.db']);
});

test('pipelines may be a list, and what is alike may be said once', () => {
  const pipelines = pipelinesOf(`
pipelines:
  - { name: a, ${COPY}, where: &condition c.n > 1 }
  - { name: b, ${COPY}, where: *condition, after: a }
`);
  expect(pipelines.map(({ name, options }) => [name, options.where])).toEqual([
    ['a', 'c.n > 1'],
    ['b', 'c.n > 1'],
  ]);
  expect(pipelines[1]?.after).toMatchObject([{ text: 'a' }]);
});

test('flags that may be repeated take a list, or one value', () => {
  const pipelines = pipelinesOf(`
pipelines:
  a: { command: query-export, source: a/b, out: x, param: ['n=1', 'm="two"'] }
  b: { command: query-export, source: a/b, out: y, param: n=1 }
`);
  expect(pipelines.map(({ options }) => options.param)).toEqual([
    [
      { name: '@n', value: 1 },
      { name: '@m', value: 'two' },
    ],
    [{ name: '@n', value: 1 }],
  ]);
});

test.each([
  ['${DB}/orders', 'shop/orders'],
  ['${NONE:-other}/${DB}', 'other/shop'],
  ['${EMPTY:-other}', 'other'],
  ['${NONE:-}x', 'x'],
  ['$${DB} costs $5', '${DB} costs $5'],
])('%s becomes %s', (given, expected) => {
  const text = `pipelines: { a: { ${COPY}, where: '${given}' } }`;
  expect(pipelinesOf(text, { DB: 'shop', EMPTY: '' })[0]?.options.where).toBe(expected);
});

test('what a variable holds is a value, and never more YAML', () => {
  const text = 'pipelines:\n  a:\n    command: copy\n    source: ${S}\n    target: a/c\n    max-item-count: ${N}\n';
  const [a] = pipelinesOf(text, { S: 'a/b\n    restart: true', N: '7' });
  expect(a).toMatchObject({
    arguments: ['a/b\n    restart: true', 'a/c'],
    options: { restart: false, maxItemCount: 7 },
  });
});

describe('what is wrong is said with its place:', () => {
  test.each<[title: string, text: string, ...problems: string[]]>([
    ['no pipelines', 'pipelines: {}', '1:1: there are no pipelines'],
    ['an empty file', '', '1:1: the file is to be a mapping of names to values'],
    [
      'another name',
      'pipelnes:\n  a: 1',
      '1:1: unknown name "pipelnes"; did you mean "pipelines"?',
      '1:1: there is no "pipelines:"',
    ],
    [
      'bad YAML',
      'pipelines:\n  a: [',
      '2:7: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'a name twice, and more beside it',
      `pipelines:\n  a: { ${COPY} }\n  a: { ${COPY} }\n  b: { command: cpy }`,
      '3:3: Map keys must be unique',
      '4:17: unknown command "cpy"; did you mean "copy"?',
    ],
    ['a name twice', `pipelines:\n  a: { ${COPY} }\n  a: { ${COPY} }`, '3:3: Map keys must be unique'],
    [
      'a name that is a path',
      `pipelines:\n  ../a: { ${COPY} }`,
      '2:3: "../a" is no name of a pipeline: letters, digits, "-", "_" and ".", at most 64',
    ],
    ['no mapping', 'pipelines:\n  a: copy', '2:6: "a" is to be a mapping of names to values'],
    [
      'no command',
      'pipelines:\n  a: { source: a/b }',
      `2:3: "a" has no command: ${KINDS.map(({ name }) => name).join(', ')}`,
    ],
    ['an unknown command', 'pipelines:\n  a:\n    command: cpy', '3:14: unknown command "cpy"; did you mean "copy"?'],
    [
      'no target',
      'pipelines:\n  a: { command: copy, source: a/b }',
      '2:3: "a" has no target: address of the container to write',
    ],
    [
      'a wrong address',
      'pipelines:\n  a: { command: tail, source: orders }',
      '2:31: source: "orders" is not an address: it is not DATABASE/CONTAINER (write db/container, cosmos://HOST[:PORT]/db/container or embedded:db/container)',
    ],
    [
      'a misspelt flag',
      `pipelines:\n  a: { ${COPY}, maxitem-cont: 1 }`,
      '2:49: copy has no flag "maxitem-cont"; did you mean "max-item-count"?',
    ],
    ['a flag of another command', `pipelines:\n  a: { ${COPY}, startFrom: now }`, '2:49: copy has no flag "startFrom"'],
    ['a flag twice', `pipelines:\n  a: { ${COPY}, dead-letter: x, deadLetter: y }`, '2:65: deadLetter is given twice'],
    [
      'a wrong value',
      `pipelines:\n  a: { ${COPY}, poll: soon }`,
      '2:55: poll: "soon" is not a duration (write a number with a unit: 250ms, 5s, 10m, 1h)',
    ],
    ['a switch that is no switch', `pipelines:\n  a: { ${COPY}, follow: 3 }`, '2:57: follow: "3" is not true or false'],
    ['no value', `pipelines:\n  a: { ${COPY}, where: }`, '2:56: where has no value'],
    ['several values', `pipelines:\n  a: { ${COPY}, where: [x] }`, '2:56: where is to be a single value'],
    [
      'a variable that is not set',
      `pipelines:\n  a: { ${COPY}, where: "\${NO}" }`,
      '2:56: the environment has no NO; ${NO:-…} says what to take then',
    ],
    [
      'a variable without a name',
      `pipelines:\n  a: { ${COPY}, where: "\${1}" }`,
      '2:56: "${1}" names no variable; write $${ for a plain ${',
    ],
    [
      'after nobody',
      `pipelines:\n  abc: { ${COPY}, after: abd }\n  abe: { ${COPY} }`,
      '2:58: there is no pipeline "abd"; did you mean "abc"?',
    ],
    [
      'a circle',
      `pipelines:\n  a: { ${COPY}, after: b }\n  b: { ${COPY}, until: [a] }`,
      '3:57: pipelines wait for each other: a → b → a',
    ],
    [
      'until, where nothing follows',
      `pipelines:\n  a: { command: produce, target: a/b, until: b }\n  b: { ${COPY} }`,
      '2:46: produce cannot be told that nothing more comes; leave "until" out',
    ],
    [
      'a flag that has no effect',
      `pipelines:\n  a: { ${COPY}, poll: 5s, max-errors: 3 }\n  b: { command: tail, source: a/b, restart: true, csv-unsafe: false }`,
      '2:49: poll has no effect without --follow (add --follow)',
      '2:59: max-errors has no effect without --dead-letter FILE (add --dead-letter FILE)',
    ],
    ['onError', `pipelines:\n  a: { ${COPY}, onError: retry }`, '2:58: onError: "retry" is not stop or continue'],
    [
      'one checkpoint for two',
      `pipelines:\n  a: { ${COPY} }\n  b: { ${COPY}, checkpoint: ./.cosmosflow/a.db }`,
      '3:3: "b" has the checkpoint of "a", ./.cosmosflow/a.db',
    ],
    [
      'one output for two',
      'pipelines:\n  a: { command: consume, out: x }\n  b: { command: tail, source: a/b, out: ./x }',
      '3:3: "b" has the out of "a", ./x',
    ],
    [
      'two that print',
      'pipelines:\n  a: { command: tail, source: a/b }\n  b: { command: consume }',
      '3:3: "b" would print to stdout, and "a" does; only one can',
    ],
    ['a list without names', `pipelines:\n  - { ${COPY} }`, '2:5: a pipeline in a list needs a name'],
    [
      'a list with a name twice',
      `pipelines:\n  - { name: a, ${COPY} }\n  - { name: a, ${COPY}, checkpoint: b }`,
      '3:7: there are two pipelines "a"',
    ],
  ])('%s', (_title, text, ...problems) => {
    expect(problemsOf(text)).toEqual(problems.map((problem) => `p.yaml:${problem}`));
  });

  test('all of it at once, in the order of the file', () => {
    const text = `pipelines:\n  a: { ${COPY}, follow: x, wher: y }\n  b: { command: tial }\nmore: 1`;
    expect(problemsOf(text).map((line) => line.slice(0, 11))).toEqual([
      'p.yaml:2:57',
      'p.yaml:2:60',
      'p.yaml:3:17',
      'p.yaml:4:1:',
    ]);
  });
});

test('no command has an argument or a flag that a pipeline has a meaning of its own for', () => {
  for (const kind of KINDS) {
    const names = [
      ...kind.arguments.map(({ name }) => name),
      ...Object.entries(kind.flags).flatMap(([key, flag]) => [key, longName(flag)]),
    ];
    for (const own of Object.keys(OWN)) expect(names, kind.name).not.toContain(own);
    expect(new Set(kind.arguments.map(({ name }) => name)).size + Object.keys(kind.flags).length, kind.name).toBe(
      new Set([...kind.arguments.map(({ name }) => name), ...Object.keys(kind.flags)]).size,
    );
  }
});

test('the file in README is right', () => {
  expect(problemsOf(pipelinesInReadme())).toEqual([]);
});
