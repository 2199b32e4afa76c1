import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isSwitch, longName } from '../../src/pipelines/kind.ts';
import { schemaOf } from '../../src/pipelines/schema.ts';
import { pipelinesInReadme } from '../support/readme.ts';
import { fits, type Schema } from './json-schema.ts';
import { KINDS, problemsOf } from './rig.ts';

const SCHEMA = schemaOf(KINDS) as Schema;
const COPY = 'command: copy, source: a/b, target: a/c';

test('the file in README fits the schema', () => {
  expect(fits(parse(pipelinesInReadme()), SCHEMA)).toBe(true);
});

test('every flag of every command is in the schema, in both spellings', () => {
  for (const kind of KINDS) {
    const given = Object.fromEntries(kind.arguments.map(({ name }) => [name, 'text']));
    for (const [key, flag] of Object.entries(kind.flags)) {
      for (const name of [key, longName(flag)]) {
        const pipeline = { command: kind.name, ...given, [name]: isSwitch(flag) ? true : 'text' };
        expect(fits({ pipelines: { it: pipeline } }, SCHEMA), `${kind.name} ${name}`).toBe(true);
      }
    }
  }
});

describe('the schema and the command agree about', () => {
  test.each<[string, string, boolean]>([
    ['a pipeline', `pipelines: { a: { ${COPY}, after: b, onError: continue }, b: { ${COPY}, follow: true } }`, true],
    ['a list of them', `pipelines: [{ name: a, ${COPY}, follow: true, poll: 5s }]`, true],
    ['a switch in the environment', `pipelines: { a: { ${COPY}, follow: '\${ON:-true}' } }`, true],
    ['until', `pipelines: { a: { ${COPY}, until: [b] }, b: { ${COPY} } }`, true],
    ['no pipelines', 'pipelines: {}', false],
    ['another name', `pipelines: { a: { ${COPY} } }\nmore: 1`, false],
    ['a misspelt flag', `pipelines: { a: { ${COPY}, folow: true } }`, false],
    ['a misspelt command', 'pipelines: { a: { command: cpy, source: a/b, target: a/c } }', false],
    ['no command', 'pipelines: { a: { source: a/b } }', false],
    ['no target', 'pipelines: { a: { command: copy, source: a/b } }', false],
    ['a switch with a text', `pipelines: { a: { ${COPY}, follow: maybe } }`, false],
    ['a list where one is wanted', `pipelines: { a: { ${COPY}, where: [x] } }`, false],
    ['a list without names', `pipelines: [{ ${COPY} }]`, false],
    [
      'until, where nothing follows',
      `pipelines: { a: { ${COPY} }, b: { command: produce, target: a/b, until: a } }`,
      false,
    ],
    ['onError', `pipelines: { a: { ${COPY}, onError: retry } }`, false],
  ])('%s', (_title, text, isRight) => {
    expect({ schema: fits(parse(text), SCHEMA), command: problemsOf(text).length === 0 }).toEqual({
      schema: isRight,
      command: isRight,
    });
  });
});
