import type { Random } from '../../../test/support/random.ts';

/** The text of a value with something else in the place of a few of its parts. */
export function oddly(random: Random, value: unknown, rate: number): string {
  if (random.chance(rate)) return oddLiteral(random);
  if (Array.isArray(value)) {
    const parts = value.map((part) => oddly(random, part, rate));
    return `[${random.chance(rate) ? [...parts, oddLiteral(random), ...parts] : parts}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}:${oddly(random, part, rate)}`);
  if (random.chance(rate)) members.push(`${oddMemberName(random)}:${oddLiteral(random)}`);
  if (random.chance(rate)) members.push(...members);
  if (random.chance(rate)) members.splice(random.integer(members.length), 1);
  return `{${members}}`;
}

/** The same bytes with something wrong in them that no JSON has. */
export function damaged(random: Random, text: string): Buffer {
  const bytes = Buffer.from(text);
  const at = random.integer(bytes.length + 1);
  return random.pick<() => Buffer>([
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff, 0xc0, 0x80]), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([random.integer(256)]), bytes.subarray(at + 1)]),
    () => Buffer.concat([Buffer.from('\ufeff'), bytes]),
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.concat([Buffer.alloc(random.integer(3000), 0x20), bytes, Buffer.alloc(random.integer(3000), 0x0a)]),
    () => Buffer.from([...bytes].reverse()),
    () => Buffer.from(random.pick(['', ' ', '\0', '{', '[', '"', '}', 'nul', '{}{}', '[1,]', '{"a":1,}', "{'a':1}"])),
  ])();
}

export function oddLiteral(random: Random): string {
  return random.pick<() => string>([
    () => random.pick(['null', 'true', 'false', '""', '[]', '{}', '0', '-0', '-1', '1', '0.5']),
    () => random.pick(['1e308', '-1e308', '1e309', '1e-400', '9007199254740993', '-9223372036854775809', '1.0']),
    () => random.pick(['2147483648', '4294967296', '1e21', '0.1e1', '123456789012345678901234567890']),
    () => random.pick(['"\\ud800"', '"\\u0000"', '"\\u202e"', '"\\udc00\\ud800"', '"__proto__"', '"*"', '"-1"', '"/"']),
    () => JSON.stringify(random.text(20)),
    () => JSON.stringify('x'.repeat(random.pick([255, 256, 1023, 1024, 2048, 2049, random.pick([3000, 20_000])]))),
    () => nested(random, random.pick([3, 60, 127, 128, 129, 500, random.pick([1000, 5000, 50_000])])),
    () => `{${oddMemberName(random)}:1,${oddMemberName(random)}:{"a":[1,{"b":null}]}}`,
    () => `[${Array.from({ length: random.integer(random.pick([5, 300])) }, (_, index) => index)}]`,
  ])();
}

function oddMemberName(random: Random): string {
  const names = [
    'id',
    '_rid',
    '_etag',
    '_ts',
    'ttl',
    'pk',
    '__proto__',
    'constructor',
    '',
    'op',
    'path',
    'value',
    '\u0000',
  ];
  return JSON.stringify(random.chance(0.8) ? random.pick(names) : random.text(8));
}

function nested(random: Random, depth: number): string {
  return random.chance(0.5)
    ? `${'['.repeat(depth)}${']'.repeat(depth)}`
    : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
