import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = globSync('src/**/*.ts', { cwd: ROOT }).map((file) => ({
  file,
  text: readFileSync(join(ROOT, file), 'utf8'),
}));

/** Which rooms a room may import. `support` and its own files everybody may. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  support: [],
  protocol: [],
  sql: [],
  pipeline: ['contract'],
  http: [],
  cosmos: ['contract', 'http', 'protocol'],
  checkpoint: ['contract'],
  sources: ['contract', 'cosmos', 'formats', 'protocol', 'sql'],
  formats: ['contract'],
  'dead-letter': ['contract'],
  pipelines: [],
  sinks: ['contract', 'cosmos', 'formats', 'http', 'protocol', 'sql'],
  verify: ['contract', 'cosmos', 'formats', 'protocol'],
  transform: ['contract', 'cosmos', 'formats', 'protocol'],
  emulator: ['protocol', 'sql'],
  receiver: ['formats', 'protocol'],
  commands: [
    'contract',
    'pipeline',
    'sources',
    'sinks',
    'formats',
    'transform',
    'checkpoint',
    'verify',
    'dead-letter',
    'pipelines',
    'cosmos',
    'protocol',
    'sql',
    'emulator',
    'receiver',
  ],
  cli: ['commands'],
};
const LINES_MAX = 300;

describe('the house is in order:', () => {
  test('every source file lies in a room', () => {
    for (const { file } of SOURCES) expect(Object.keys(ARROWS), file).toContain(roomOf(file));
  });

  test('imports follow the arrows of ARCHITECTURE.md', () => {
    const wrong = SOURCES.flatMap(({ file, text }) => {
      const room = roomOf(file);
      const allowed = [room, 'support', ...(ARROWS[room] ?? [])];
      return importsOf(file, text)
        .filter((target) => !allowed.includes(roomOf(target)))
        .map((target) => `${file} → ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('the embedded server has one door', () => {
    const doors = SOURCES.filter(
      ({ file, text }) =>
        roomOf(file) !== 'emulator' && /(from|import\() ?'[./]*emulator\//.test(withoutTypeImports(text)),
    );
    expect(doors.map(({ file }) => file)).toEqual(['src/commands/embedded.ts']);
  });

  test(`no file is longer than ${LINES_MAX} lines`, () => {
    expect(SOURCES.filter(({ text }) => text.split('\n').length > LINES_MAX).map(({ file }) => file)).toEqual([]);
  });

  test('no file is called by a name that says nothing', () => {
    const vague = /^(utils?|helpers?|common|types|misc|shared|lib)$/;
    expect(SOURCES.filter(({ file }) => vague.test(basename(file, '.ts'))).map(({ file }) => file)).toEqual([]);
  });

  test('only the process edge touches process, and nobody the console', () => {
    const touches = SOURCES.filter(
      ({ file, text }) =>
        roomOf(file) !== 'cli' && /\bprocess\.(?!pid\b|hrtime)|\bconsole\./.test(withoutComments(text)),
    );
    expect(touches.map(({ file }) => file)).toEqual([]);
  });

  test('nothing evaluates text as code', () => {
    const evaluates = SOURCES.filter(({ text }) => /\beval\(|new Function\(/.test(withoutComments(text)));
    expect(evaluates.map(({ file }) => file)).toEqual([]);
  });

  test('every exported name is imported somewhere', () => {
    const everything = [...SOURCES, ...textsOf('test/**/*.ts'), ...textsOf('scripts/**/*.ts'), ...textsOf('bin/*.js')];
    const dead = SOURCES.flatMap(({ file, text }) =>
      [...text.matchAll(/^export (?:declare )?(?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm)]
        .map(([, name = '']) => name)
        .filter(
          (name) => !everything.some((other) => other.file !== file && new RegExp(`\\b${name}\\b`).test(other.text)),
        )
        .filter((name) => !new RegExp(`(?<!(?:interface|type|class|function|const) )\\b${name}\\b`).test(text))
        .map((name) => `${file}: ${name}`),
    );
    expect(dead).toEqual([]);
  });
});

function roomOf(file: string): string {
  return file === 'src/contract.ts' ? 'contract' : (file.split('/')[1] ?? '');
}

function importsOf(file: string, text: string): string[] {
  const targets = [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, target = '']) => target);
  return targets.map((target) => normalize(join(dirname(file), target))).filter((target) => target.startsWith('src/'));
}

function textsOf(pattern: string): { file: string; text: string }[] {
  return globSync(pattern, { cwd: ROOT }).map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
}

const withoutTypeImports = (text: string): string => text.replace(/^import type .*$/gm, '');
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
