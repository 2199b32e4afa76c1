import type { Random } from './random.ts';

/** One member of an object, as it is spelled. */
export interface RandomMember {
  readonly name: string;
  /** Name, colon and value with the white space between them. */
  readonly text: string;
}

export interface RandomObject {
  readonly text: string;
  readonly members: readonly RandomMember[];
}

/** A JSON object in unusual spelling: white space, escapes in names, repeated names, any value. */
export function randomObject(random: Random, names: readonly string[]): RandomObject {
  const members = Array.from({ length: random.integer(9) }, () => randomMember(random, names));
  const list = members.map(({ text }) => `${randomSpace(random)}${text}${randomSpace(random)}`);
  return { text: `{${list.join(',') || randomSpace(random)}}`, members };
}

function randomMember(random: Random, names: readonly string[]): RandomMember {
  const name = random.chance(0.8) ? random.pick(names) : random.text(6);
  const spelled = random.chance(0.2) ? escaped(name) : JSON.stringify(name);
  return { name, text: `${spelled}${randomSpace(random)}:${randomSpace(random)}${randomValue(random, 3)}` };
}

function randomValue(random: Random, depth: number): string {
  const values = (): string[] => Array.from({ length: random.integer(4) }, () => randomValue(random, depth - 1));
  const space = (text: string): string => `${randomSpace(random)}${text}${randomSpace(random)}`;
  const kinds: (() => string)[] = [
    () => JSON.stringify(random.text(12)),
    () => escaped(random.text(5)),
    () => random.pick(['"}"', '"]"', '"\\""', '"\\\\"', '"a,b:c{"', '""', '"\\/\\u0041"']),
    () => random.pick(['0', '-0', '1.0', '9007199254740993', '1e-7', '-12.50E+3', 'true', 'false', 'null']),
    () => `[${values().map(space).join(',')}]`,
    () => `{${values().map((value, index) => space(`"${random.pick(['id', '_ts', 'pk'])}${index || ''}":${value}`))}}`,
  ];
  return random.pick(depth > 0 ? kinds : kinds.slice(0, 4))();
}

function randomSpace(random: Random): string {
  return random.chance(0.7) ? '' : random.pick([' ', '\n', '\t', '\r\n', '   ']);
}

/** A string with every UTF-16 unit written as an escape. */
function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}
