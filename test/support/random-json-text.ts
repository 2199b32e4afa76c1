import type { Random } from './random.ts';

/** An object with up to `membersMax` members, as text that is hard to scan: what looks like structure lies in strings. */
export function randomObjectText(random: Random, names: readonly string[], membersMax: number): string {
  const space = random.chance(0.5) ? () => '' : () => random.pick(['', '', ' ', '\n', '\t\r\n', ' '.repeat(20)]);
  const members = Array.from({ length: random.integer(membersMax + 1) }, () => {
    const name = random.chance(0.5) ? `"${random.pick(names)}"` : randomString(random);
    return `${space()}${name}${space()}:${space()}${randomValueText(random, space, 3)}${space()}`;
  });
  return `{${members.join(',') || space()}}`;
}

/** Any value; sometimes one that is nested up to a thousand times. */
export function randomValueText(random: Random, space: () => string, depth: number): string {
  const list = (one: () => string): string =>
    Array.from({ length: random.integer(5) }, () => `${space()}${one()}${space()}`).join(',') || space();
  const value = (): string => randomValueText(random, space, depth - 1);
  const kinds = [
    () => randomString(random),
    () => random.pick(['0', '-12.50E+300', 'true', 'false', 'null', '12345678901234567', '1'.repeat(70)]),
    () => `[${list(value)}]`,
    () => `{${list(() => `${randomString(random)}${space()}:${space()}${value()}`)}}`,
    () => random.pick(['[]', '{}']),
  ];
  if (depth > 0 && random.chance(0.02)) {
    const times = random.integer(1000);
    return `${'[{"":'.repeat(times)}${value()}${'}]'.repeat(times)}`;
  }
  return random.pick(depth > 0 ? kinds : kinds.slice(0, 2))();
}

const PIECES = [
  ...['x', 'x'.repeat(13), 'x'.repeat(60), 'é', '緑茶', '😀'],
  ...['{', '}', '[', ']', ',', ':', ' ', '}],{', "'"],
  ...['\\"', '\\"{[', '\\\\', '\\\\\\\\\\\\', '\\n', '\\u0022'],
];

function randomString(random: Random): string {
  const length = random.pick([0, 1, 2, 4, 20]);
  return `"${Array.from({ length }, () => random.pick(PIECES)).join('')}"`;
}
