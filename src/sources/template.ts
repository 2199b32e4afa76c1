import { createHash } from 'node:crypto';
import { FlowError } from '../support/error.ts';

/** What a template is filled in with for one record. */
export interface Filling {
  readonly seed: number;
  readonly index: number;
  readonly version: number;
  /** Number of the key, as skewed as the workload is. */
  readonly key: number;
  /** Numbers of at least 0 and less than 1, another each time. */
  readonly fractions: () => number;
}

/** Makes the JSON text of a document. */
export type Template = (filling: Filling) => string;

/**
 * A template from JSON text: an object whose texts may hold generators, `"{{int 1 100}}"`. A text that is a generator
 * and nothing else becomes what it makes, a number for instance; in any other its result is a part of the text. Throws
 * a FlowError when it is not JSON, or names a generator that does not exist.
 */
export function parseTemplate(text: string, name: string): Template {
  const tree = parse(text, name);
  if (!isObject(tree) || !Object.hasOwn(tree, 'id'))
    throw new FlowError('usage', `the template "${name}" is no JSON object with an "id"`, { hint: HINT });
  const make = compile(tree, name);
  return (filling) => make(filling);
}

type Maker = (filling: Filling) => string;

function compile(value: unknown, name: string): Maker {
  if (typeof value === 'string') return compileText(value, name);
  if (Array.isArray(value)) {
    const elements = value.map((element) => compile(element, name));
    return (filling) => `[${elements.map((make) => make(filling)).join(',')}]`;
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, inner]) => [JSON.stringify(key), compile(inner, name)] as const);
    return (filling) => `{${members.map(([key, make]) => `${key}:${make(filling)}`).join(',')}}`;
  }
  const text = JSON.stringify(value);
  return () => text;
}

function compileText(text: string, name: string): Maker {
  const parts = text.split(/\{\{(.*?)\}\}/s);
  if (parts.length === 1) {
    const constant = JSON.stringify(text);
    return () => constant;
  }
  const makers = parts.map((part, index) => (index % 2 === 1 ? generatorOf(part, name) : () => part));
  if (parts.length === 3 && parts[0] === '' && parts[2] === '') {
    const only = makers[1] as (filling: Filling) => Value;
    return (filling) => JSON.stringify(only(filling));
  }
  return (filling) => JSON.stringify(makers.map((make) => make(filling)).join(''));
}

type Value = string | number | boolean;
type Generator = (filling: Filling) => Value;

/** By name: each takes the words after it. */
const GENERATORS: Readonly<Record<string, (words: readonly string[]) => Generator | undefined>> = Object.freeze({
  index: () => (filling) => filling.index,
  version: () => (filling) => filling.version,
  key: () => (filling) => filling.key,
  uuid: () => uuid,
  bool: () => (filling) => filling.fractions() < 0.5,
  int: ([min = '0', max = '1000']) => numberMaker(min, max, 0),
  decimal: ([min = '0', max = '1000', digits = '2']) => numberMaker(min, max, Number(digits)),
  pick: (words) => (words.length > 0 ? (filling) => words[pickIn(words.length, filling)] as string : undefined),
  text: ([length = '20']) =>
    /^\d+$/.test(length)
      ? (filling) => Array.from({ length: Number(length) }, () => letter(filling)).join('')
      : undefined,
  time: ([start = '2026-01-01T00:00:00Z', step = '1']) => {
    const [first, seconds] = [Date.parse(start), Number(step)];
    if (Number.isNaN(first) || Number.isNaN(seconds)) return undefined;
    return ({ index }) => new Date(first + index * seconds * 1000).toISOString();
  },
});

const HINT = `generators are ${Object.keys(GENERATORS).join(', ')}, as in "{{int 1 100}}" or "customer-{{key}}"`;

function generatorOf(text: string, name: string): Generator {
  const [word = '', ...words] = text.trim().split(/\s+/);
  const generator = Object.hasOwn(GENERATORS, word) ? GENERATORS[word]?.(words) : undefined;
  if (generator) return generator;
  throw new FlowError('usage', `the template "${name}" has "{{${text}}}", which makes nothing`, { hint: HINT });
}

function numberMaker(minText: string, maxText: string, digits: number): Generator | undefined {
  const [min, max] = [Number(minText), Number(maxText)];
  if (!(max >= min) || !Number.isInteger(digits) || digits < 0 || digits > 15) return undefined;
  if (digits > 0) return ({ fractions }) => Number((min + fractions() * (max - min)).toFixed(digits));
  return ({ fractions }) => min + Math.floor(fractions() * (max - min + 1));
}

function uuid({ seed, index }: Filling): string {
  const bytes = createHash('sha256').update(`${seed}:${index}`).digest();
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const letter = (filling: Filling): string => String.fromCharCode(97 + pickIn(26, filling));
const pickIn = (count: number, { fractions }: Filling): number => Math.floor(fractions() * count);

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FlowError('usage', `the template "${name}" is not JSON: ${(error as Error).message}`, {
      hint: HINT,
      cause: error,
    });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
