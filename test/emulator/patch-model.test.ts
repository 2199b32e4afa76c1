import { expect, test } from 'vitest';
import { type Edit, parsePatch } from '../../src/emulator/patch.ts';
import { editText } from '../../src/emulator/patch-edit.ts';
import { Refusal } from '../../src/emulator/refusal.ts';
import { type Random, randomFrom } from '../support/random.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What no edit is about must come through as it is spelled. */
const KEPT = '"keep" : { "big":9007199254740993, "one" : 1.0,"twice":1,"twice":2 }';
const NAMES = ['a', 'b', 'a/b', '~', '0', '-', ''];

test('edits of text do what edits of values do, to values picked at random (seeds 1 to 3000)', () => {
  let changed = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    const random = randomFrom(seed);
    const before = objectOf(random, 3);
    const text = spell(random, before).replace(/^\{\s*(\}?)/, (_, close) => `{${KEPT}${close === '' ? ',' : '}'}`);
    const body = JSON.stringify(Array.from({ length: 1 + random.integer(3) }, () => operationOf(random, before)));
    const { edits } = parsePatch(Buffer.from(body));
    const why = `seed ${seed}: ${text} by ${body}`;
    const expected = outcome(() => edits.reduce(model, JSON.parse(text) as Json));
    const actual = outcome(() => editText(Buffer.from(text), edits).toString('utf8'));
    expect(actual === undefined, why).toBe(expected === undefined);
    if (actual === undefined) continue;
    expect(JSON.parse(actual), why).toEqual(expected);
    expect(actual, why).toContain(KEPT);
    changed++;
  }
  expect(changed).toBeGreaterThan(800);
});

function outcome<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** The straightforward way: on values, with no regard for how they were spelled. */
function model(document: Json, { kind, path, from, value }: Edit): Json {
  const copy = structuredClone(document);
  const given = value && (JSON.parse(value.toString('utf8')) as Json);
  if (kind === 'move') {
    const moved = lookUp(copy, from ?? []);
    if (JSON.stringify(from) === JSON.stringify(path)) return copy;
    remove(copy, from ?? []);
    put(copy, path, moved, true);
  } else if (kind === 'remove') {
    remove(copy, path);
  } else if (kind === 'replace') {
    lookUp(copy, path);
    put(copy, path, given as Json, false);
  } else if (kind === 'incr') {
    const old = parentOf(copy, path);
    const present = isThere(old, path.at(-1) ?? '');
    const number = present ? lookUp(copy, path) : 0;
    if (typeof number !== 'number') throw refusal();
    put(copy, path, number + (given as number), false);
  } else {
    put(copy, path, given as Json, kind === 'add');
  }
  return copy;
}

type Parent = Json[] | { [name: string]: Json };

function parentOf(document: Json, path: readonly string[]): Parent {
  const parent = path.slice(0, -1).reduce<Json>((value, part) => child(value, part), document);
  if (typeof parent !== 'object' || parent === null) throw refusal();
  return parent;
}

function child(value: Json, part: string): Json {
  if (typeof value !== 'object' || value === null || !isThere(value, part)) throw refusal();
  return (value as { [name: string]: Json })[part] as Json;
}

function isThere(parent: Parent, part: string): boolean {
  return Array.isArray(parent)
    ? /^(0|[1-9]\d*)$/.test(part) && Number(part) < parent.length
    : Object.hasOwn(parent, part);
}

function lookUp(document: Json, path: readonly string[]): Json {
  return child(parentOf(document, path), path.at(-1) ?? '');
}

function put(document: Json, path: readonly string[], value: Json, shifting: boolean): void {
  const parent = parentOf(document, path);
  const part = path.at(-1) ?? '';
  if (!Array.isArray(parent)) {
    parent[part] = value;
    return;
  }
  const index = part === '-' ? parent.length : Number(/^(0|[1-9]\d*)$/.test(part) ? part : NaN);
  if (!(index <= parent.length)) throw refusal();
  parent.splice(index, shifting ? 0 : 1, value);
}

function remove(document: Json, path: readonly string[]): void {
  const parent = parentOf(document, path);
  const part = path.at(-1) ?? '';
  lookUp(document, path);
  if (Array.isArray(parent)) parent.splice(Number(part), 1);
  else delete parent[part];
}

function refusal(): Refusal {
  return new Refusal(400, 'not possible');
}

function objectOf(random: Random, depth: number): { [name: string]: Json } {
  return Object.fromEntries(NAMES.filter(() => random.chance(0.4)).map((name) => [name, someValue(random, depth - 1)]));
}

function someValue(random: Random, depth: number): Json {
  const scalar = (): Json => random.pick<Json>([0, 1, -2.5, 'x', '"}', '', null, true, 1e21]);
  if (depth <= 0 || random.chance(0.3)) return scalar();
  if (random.chance(0.5)) return objectOf(random, depth);
  return Array.from({ length: random.integer(4) }, () => someValue(random, depth - 1));
}

function operationOf(random: Random, document: Json): object {
  const op = random.pick(['add', 'set', 'replace', 'remove', 'incr', 'move'] as const);
  const path = pathIn(random, document);
  if (op === 'remove') return { op, path };
  if (op === 'incr') return { op, path, value: random.pick([1, -3, 0.25]) };
  if (op !== 'move') return { op, path, value: someValue(random, 2) };
  const from = pathIn(random, document);
  return path.startsWith(`${from}/`) ? { op: 'remove', path } : { op, path, from };
}

/** Mostly a path to something that is there, or nearly. */
function pathIn(random: Random, document: Json): string {
  let path = '';
  let value: Json | undefined = document;
  do {
    const parts: string[] = Array.isArray(value)
      ? ['-', ...Array.from({ length: value.length + 1 }, (_, index) => String(index))]
      : typeof value === 'object' && value !== null && random.chance(0.95)
        ? Object.keys(value)
        : NAMES;
    const part = parts.length > 0 ? random.pick(parts) : random.pick(NAMES);
    path += `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    value = typeof value === 'object' && value !== null ? (value as { [name: string]: Json })[part] : undefined;
  } while (random.chance(0.5));
  return path;
}

function spell(random: Random, value: Json): string {
  const space = (): string => (random.chance(0.8) ? '' : random.pick([' ', '\n', '\t ']));
  if (Array.isArray(value)) {
    return `[${value.map((item) => `${space()}${spell(random, item)}${space()}`).join(',') || space()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, item]) => `${space()}${JSON.stringify(name)}${space()}:${space()}${spell(random, item)}${space()}`,
  );
  return `{${members.join(',') || space()}}`;
}
