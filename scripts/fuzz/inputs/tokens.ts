import type { Random } from '../../../test/support/random.ts';

/** The id of a range: likely one that is there, or was. */
export function rangeId(random: Random): string {
  if (random.chance(0.92)) return String(random.integer(random.pick([2, 4, 12])));
  return random.pick(['', '-1', '1e1', '00', '0,1', '0 ', 'x', '4294967296', '９', 'rid,0', '0'.repeat(4000)]);
}

/** A bound of the key space. */
export function epk(random: Random): string {
  const digits = (length: number): string =>
    Array.from({ length }, () => '0123456789ABCDEF'[random.integer(16)]).join('');
  return random.pick<() => string>([
    () => '',
    () => 'FF',
    () => `${random.integer(4)}${digits(31)}`,
    () => `0${digits(63)}`,
    () => '05C1',
    () => digits(random.integer(200)),
    () => random.pick(['ff', 'zz', '-', '05c1DFFFFFFFFC', '%00', '0x1', "'", 'G0']),
  ])();
}

/** Where to go on, of any kind of list. */
export function continuation(random: Random): string {
  const state = (): string =>
    random.pick([
      '{"keys":[{"key":"red"}]}',
      '{"keys":[{"key":5},{"key":null}],"row":3}',
      '{"keys":[]}',
      '{"keys":[{}]}',
      '{"keys":[1,null,"x"]}',
      '{"totals":[{"count":1e308}]}',
      '{"totals":[1,2,3,4,5,6]}',
      '{"totals":[null]}',
      '{"totals":[]}',
      '{"totals":[{"sum":"x","count":-1}]}',
      '{"row":9007199254740991}',
      '{"row":-1}',
      '{"row":1.5}',
      '[]',
      'null',
      '{',
      `{"keys":${'['.repeat(300)}${']'.repeat(300)}}`,
    ]);
  const number = (): string => String(random.pick([0, 1, 5, 60, 999_999_999_999_999, random.integer(100)]));
  return random.pick<() => string>([
    number,
    () => `${number()}.${number()}`,
    () => `${number()}.${number()}.${Buffer.from(state()).toString('base64url')}`,
    () =>
      random.pick([
        '',
        '-1',
        '1.',
        '.1',
        '1.1.',
        '1.1.1',
        '1e5',
        'null',
        '{}',
        '[{"token":"x"}]',
        'AAAA==',
        '+RID:x#RT:1',
        '-RID',
      ]),
    () => '1'.repeat(random.pick([15, 16, 400, 20_000])),
  ])();
}

/** How far a client has seen the writes of ranges. */
export function session(random: Random): string {
  return random.pick([
    '0:0#1',
    '0:-1#1',
    '1:0#99999999999',
    '0:0#1,1:0#2',
    '0:0#1#1=5#2=-1',
    '0:5',
    '',
    ',',
    ':',
    '0:',
    'x:1',
    '0:0#999999999999999999999999',
    Array.from({ length: 2000 }, (_, index) => `${index}:0#1`).join(),
    `0:0#1${'#1=1'.repeat(4000)}`,
    `0:0#1${'#1=1'.repeat(4000)}x`,
    `${' '.repeat(5000)}x`,
  ]);
}
