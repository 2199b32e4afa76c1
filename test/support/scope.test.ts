import { expect, test } from 'vitest';
import { type Closable, scoped } from '../../src/support/scope.ts';

test('closes in reverse order and gives the result', async () => {
  const closed: string[] = [];
  const result = await scoped(async (own) => {
    own(closable('first', closed));
    own(closable('second', closed));
    return 42;
  });
  expect(result).toBe(42);
  expect(closed).toEqual(['second', 'first']);
});

test('closes everything after a failure, and throws that failure', async () => {
  const closed: string[] = [];
  const work = scoped(async (own) => {
    own(closable('first', closed));
    own(closable('second', closed, new Error('close failed')));
    throw new Error('work failed');
  });
  await expect(work).rejects.toThrow('work failed');
  expect(closed).toEqual(['second', 'first']);
});

test('a close that fails is thrown when the work did not fail, after the rest is closed', async () => {
  const closed: string[] = [];
  const work = scoped(async (own) => {
    own(closable('first', closed));
    own(closable('second', closed, new Error('close failed')));
  });
  await expect(work).rejects.toThrow('close failed');
  expect(closed).toEqual(['second', 'first']);
});

test('a failure of undefined is still a failure', async () => {
  await expect(scoped(() => Promise.reject())).rejects.toBeUndefined();
});

function closable(name: string, closed: string[], failure?: Error): Closable {
  return {
    close: async () => {
      closed.push(name);
      if (failure) throw failure;
    },
  };
}
