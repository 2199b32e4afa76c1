import { expect, test } from 'vitest';
import { Window } from '../../src/receiver/window.ts';

const STORED = Promise.resolve();

test('a name is known for as long as the window is', () => {
  let now = 0;
  const window = new Window({ ms: 100, namesMax: 10, now: () => now });
  window.add('a', STORED);
  now = 99;
  expect(window.find('a')).toBeDefined();
  expect(window.find('b')).toBeUndefined();
  now = 100;
  expect(window.find('a')).toBeUndefined();
});

test('the oldest names are forgotten when there are too many', () => {
  const window = new Window({ ms: 100, namesMax: 2 });
  for (const name of ['a', 'b', 'c']) window.add(name, STORED);
  expect(['a', 'b', 'c'].map((name) => window.find(name) !== undefined)).toEqual([false, true, true]);
});

test('a name whose events could not be stored is forgotten', async () => {
  const window = new Window({ ms: 100, namesMax: 2 });
  const failed = Promise.reject(new Error('no room'));
  window.add('a', failed);
  await expect(window.find('a')).rejects.toThrow('no room');
  expect(window.find('a')).toBeUndefined();
});

test('a window of no time knows nothing', () => {
  const window = new Window({ ms: 0, namesMax: 2 });
  window.add('a', STORED);
  expect(window.find('a')).toBeUndefined();
});
