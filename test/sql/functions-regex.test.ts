import { describe, expect, test } from 'vitest';
import { callFunction, testRows } from './functions-rows.ts';

describe('as documented:', () => {
  testRows([
    ['REGEXMATCH', ['abcd', 'ABC'], false],
    ['REGEXMATCH', ['abcd', 'ABC', 'i'], true],
    ['REGEXMATCH', ['abcd', 'ab.', ''], true],
    ['REGEXMATCH', ['abcd', 'ab c', 'x'], true],
    ['REGEXMATCH', ['abcd', 'aB c', 'ix'], true],
    ['REGEXMATCH', ['03a', '[0-9]'], true],
    ['REGEXMATCH', ['salt3824908', 'salt{1}'], true],
    ['REGEXMATCH', ['shame', 's....', 'i'], true],
    ['REGEXEXTRACT', ['SKU-93821-BLUE', '[A-Z]+'], 'SKU'],
    ['REGEXEXTRACT', ['SKU-93821-BLUE', '[0-9]+'], '93821'],
    ['REGEXEXTRACTALL', ['A12-B34-C56', '[0-9]+'], ['12', '34', '56']],
    ['REGEXEXTRACTALL', ['north-east-west', '[a-z]+'], ['north', 'east', 'west']],
    ['REGEXREPLACE', ['A12-B34-C56', '[0-9]+', '#'], 'A#-B34-C56'],
    ['REGEXREPLACEALL', ['A12-B34-C56', '[0-9]+', '#'], 'A#-B#-C#'],
  ]);
});

describe('patterns:', () => {
  testRows([
    ['REGEXMATCH', ['', ''], true],
    ['REGEXMATCH', ['abc', '^b'], false],
    ['REGEXMATCH', ['abc', '^abc$'], true],
    ['REGEXMATCH', ['abc\n', 'c$'], true],
    ['REGEXMATCH', ['abc\n\n', 'c$'], false],
    ['REGEXMATCH', ['abc\n', 'c\\z'], false],
    ['REGEXMATCH', ['abc\n', 'c\\Z'], true],
    ['REGEXMATCH', ['a\nb', '^b$'], false],
    ['REGEXMATCH', ['a\nb', '^b$', 'm'], true],
    ['REGEXMATCH', ['a\nb', '\\Ab', 'm'], false],
    ['REGEXMATCH', ['a\n', '\\n^', 'm'], false],
    ['REGEXMATCH', ['a\nb', 'a.b'], false],
    ['REGEXMATCH', ['a\nb', 'a.b', 's'], true],
    ['REGEXMATCH', ['a\nb', 'A.^B', 'mis'], true],
    ['REGEXMATCH', ['cat', 'dog|cat|'], true],
    ['REGEXMATCH', ['word', '\\bword\\b'], true],
    ['REGEXMATCH', ['sword', '\\bword'], false],
    ['REGEXMATCH', ['sword', '\\Bword'], true],
    ['REGEXMATCH', ['a_1 ', '^\\w{3}\\s$'], true],
    ['REGEXMATCH', ['é', '\\w'], false],
    ['REGEXMATCH', ['é', '\\p{L}'], true],
    ['REGEXMATCH', ['é', '\\P{L}|\\p{^L}'], false],
    ['REGEXMATCH', ['É', 'é', 'i'], true],
    ['REGEXMATCH', ['ß', 's', 'i'], false],
    ['REGEXMATCH', ['😀', '^.$'], true],
    ['REGEXMATCH', ['😀', '^[😀-😃]$'], true],
    ['REGEXMATCH', ['A', '^\\x41\\x{42}?$'], true],
    ['REGEXMATCH', ['a-]^\\', '^[a\\-\\]^\\\\]+$'], true],
    ['REGEXMATCH', [']', '^[]a]$'], true],
    ['REGEXMATCH', ['-', '^[a-]$'], true],
    ['REGEXMATCH', ['b', '[^a-c]'], false],
    ['REGEXMATCH', ['B', '[^a-c]', 'i'], false],
    ['REGEXMATCH', ['x5', '^[[:alpha:]][^[:^digit:]]$'], true],
    ['REGEXMATCH', ['.', '\\.'], true],
    ['REGEXMATCH', ['a', '\\.'], false],
    ['REGEXMATCH', ['a{,2}', '^a{,2}$'], true],
    ['REGEXMATCH', ['a{', 'a{'], true],
    ['REGEXMATCH', ['aaa', '^a{2}$'], false],
    ['REGEXMATCH', ['aaa', '^a{2,}$'], true],
    ['REGEXMATCH', ['aaa', '^a{1,2}$'], false],
    ['REGEXMATCH', ['', '^(a|b*)*$'], true],
    ['REGEXMATCH', ['ab c', 'a b\\ c # comment', 'x'], true],
    ['REGEXMATCH', ['aab', '^a +b$', 'x'], true],
    ['REGEXEXTRACT', ['aaa', 'a+?'], 'a'],
    ['REGEXEXTRACT', ['aaa', 'a{1,2}?'], 'a'],
    ['REGEXEXTRACT', ['<a><b>', '<.*>'], '<a><b>'],
    ['REGEXEXTRACT', ['<a><b>', '<.*?>'], '<a>'],
    ['REGEXEXTRACT', ['abcd', 'a|ab|abc'], 'a'],
    ['REGEXEXTRACT', ['xxabab', '(?:ab)+'], 'abab'],
    ['REGEXEXTRACT', ['2024-05', '(\\d+)-(\\d+)', '', 2], '05'],
    ['REGEXEXTRACT', ['2024-05', '(?<y>\\d+)-(?P<m>\\d+)', '', 1], '2024'],
    ['REGEXEXTRACT', ['ab', '(a)|(b)', '', 2], undefined],
    ['REGEXEXTRACT', ['ab', 'a', '', 1], undefined],
    ['REGEXEXTRACT', ['ab', 'a', '', -1], undefined],
    ['REGEXEXTRACT', ['ab', 'c'], undefined],
    ['REGEXEXTRACTALL', ['sku-1 SKU-2', 'sku-(\\d)', 'i', 1], ['1', '2']],
    ['REGEXEXTRACTALL', ['ab', 'c'], []],
    ['REGEXEXTRACTALL', ['ab', '(a)|b', '', 1], ['a']],
    ['REGEXEXTRACTALL', ['a😀', ''], ['', '', '']],
    ['REGEXREPLACE', ['ab', 'c', 'd'], 'ab'],
    ['REGEXREPLACE', ['ab', '(b)', '$1$&'], 'a$1$&'],
    ['REGEXREPLACEALL', ['ab', '', '-'], '-a-b-'],
    ['REGEXREPLACEALL', ['aXbx', 'x', '', 'i'], 'ab'],
    ['REGEXREPLACEALL', ['a\nb', '^', '> ', 'm'], '> a\n> b'],
  ]);
});

describe('what is wrong or not supported is undefined:', () => {
  const wrong = [
    ...['(', ')', 'a)', '(a', '[', '[a', '[b-a]', '[a-\\d]', '*', '+a', 'a**', 'a++', 'a{2,1}', '\\', 'a|*', '(?'],
    ...[
      '(a)\\1',
      '\\k<n>',
      '(?=a)',
      '(?!a)',
      '(?<=a)',
      '(?<!a)',
      '(?>a)',
      '(?i)a',
      '(?#a)',
      '\\Qa\\E',
      '\\K',
      '\\u0041',
    ],
    ...['\\x', '\\x{110000}', '\\p{Xx}', '\\p{Script=Greek}', '[[:nope:]]', 'a{6000}', '((a{100}){100}){100}'],
  ];
  testRows(wrong.map((pattern) => ['REGEXMATCH', ['a', pattern], undefined]));
  testRows([
    ['REGEXMATCH', ['a', 'a', 'g'], undefined],
    ['REGEXMATCH', ['a', 'a'.repeat(1000)], false],
    ['REGEXMATCH', ['a', 'a'.repeat(1001)], undefined],
    ['REGEXMATCH', ['a', `${'('.repeat(499)}a${')'.repeat(499)}`], true],
    ['REGEXMATCH', [5, 'a'], undefined],
    ['REGEXMATCH', ['a', null], undefined],
    ['REGEXMATCH', ['a', 'a', 1], undefined],
    ['REGEXMATCH', ['a', 'a', undefined], undefined],
    ['REGEXMATCH', [undefined, 'a'], undefined],
    ['REGEXEXTRACT', ['a', 'a', '', '0'], undefined],
    ['REGEXEXTRACTALL', ['a', 'a', '', 0.5], undefined],
    ['REGEXREPLACE', ['a', 'a', 1], undefined],
    ['REGEXREPLACEALL', ['a'.repeat(100_000), 'a', 'b'.repeat(100)], undefined],
  ]);
});

describe('time is bounded where backtracking is not:', () => {
  testRows([
    ['REGEXMATCH', ['a'.repeat(10_000), '^(a+)+$'], true],
    ['REGEXMATCH', [`${'a'.repeat(10_000)}!`, '^(a+)+$'], false],
    ['REGEXMATCH', [`${'a'.repeat(10_000)}!`, '^(a|a)*$'], false],
    ['REGEXMATCH', [`${'a'.repeat(10_000)}!`, '^(.*a){10}$'], false],
    ['REGEXMATCH', ['a'.repeat(30), `${'a?'.repeat(30)}${'a'.repeat(30)}`], true],
    ['REGEXMATCH', ['a', '(?:(?:(?:){999999999}){999999999})*a'], true],
    ['REGEXMATCH', ['a'.repeat(1000), `[${'b'.repeat(900)}]`], false],
    ['REGEXMATCH', ['a'.repeat(100_000), `[${'b'.repeat(900)}]`], undefined],
    ['REGEXMATCH', ['a'.repeat(100_000), `${'()'.repeat(400)}b`], undefined],
    ['REGEXMATCH', ['a'.repeat(1000), '(a{1,700}){3}b'], false],
    ['REGEXMATCH', ['a'.repeat(100_000), '(a{1,700}){3}b'], undefined],
  ]);
});

/** A generator of numbers in [0, 1) that are the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('random patterns', () => {
  const ATOMS = ['a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\W', '\\s', 'A', '_', '[a-c1]', '\\D', '\\.', ' '];
  const ASSERTIONS = ['^', '$', '\\b', '\\B'];
  const REPEATS = ['*', '+', '?', '{2}', '{1,2}', '{0,1}', '{1,}'];

  /** Nothing that can match an empty string is repeated: what an empty round captures differs between engines. */
  function pattern(next: () => number, depth: number): { text: string; canBeEmpty: boolean } {
    const pick = (list: readonly string[]) => list[Math.floor(next() * list.length)] as string;
    const kind = next();
    if (depth === 0 || kind < 0.35) return { text: pick(ATOMS), canBeEmpty: false };
    if (kind < 0.42) return { text: pick(ASSERTIONS), canBeEmpty: true };
    const [left, right] = [pattern(next, depth - 1), pattern(next, depth - 1)];
    if (kind < 0.6) return { text: left.text + right.text, canBeEmpty: left.canBeEmpty && right.canBeEmpty };
    const open = pick(['(', '(?:']);
    if (kind < 0.8) {
      return { text: `${open}${left.text}|${right.text})`, canBeEmpty: left.canBeEmpty || right.canBeEmpty };
    }
    if (left.canBeEmpty) return { text: `${open}${left.text})`, canBeEmpty: true };
    const repeat = pick(REPEATS);
    return {
      text: `${open}${left.text})${repeat}${next() < 0.3 ? '?' : ''}`,
      canBeEmpty: /^(\*|\?|\{0)/.test(repeat),
    };
  }

  test('match what those of JavaScript match', () => {
    const next = random(20_240_229);
    let matches = 0;
    for (let round = 0; round < 4000; round++) {
      const { text: written } = pattern(next, 4);
      const flags = ['', 'i', 'm', 's', 'im', 'is'][Math.floor(next() * 6)] as string;
      // Line breaks at the end, after which `^` and before which `$` match, are a matter of taste.
      const letters = Array.from({ length: Math.floor(next() * 9) }, () => 'aabbcAB1_. \n'[Math.floor(next() * 12)]);
      const text = `${letters.join('')}a`;
      const about = `/${written}/${flags} in ${JSON.stringify(text)}`;
      const expected = new RegExp(written, flags).exec(text);
      if (expected) matches++;
      expect(callFunction('REGEXMATCH', [text, written, flags]), about).toBe(expected !== null);
      expect(callFunction('REGEXEXTRACT', [text, written, flags]), about).toBe(expected?.[0]);
      const all = [...text.matchAll(new RegExp(written, `${flags}g`))];
      expect(callFunction('REGEXEXTRACTALL', [text, written, flags]), about).toEqual(all.map(([whole]) => whole));
      const replaced = text.replace(new RegExp(written, `${flags}g`), '#');
      expect(callFunction('REGEXREPLACEALL', [text, written, '#', flags]), about).toBe(replaced);
    }
    expect(matches).toBeGreaterThan(1000);
    expect(matches).toBeLessThan(3900);
  });
});
