import type { Difference } from './differences.ts';

/** One difference as a line: sign, key as a JSON array, what is known of it as a JSON object. */
export function lineOf({ sign, key, ...facts }: Difference): string {
  const details = Object.keys(facts).length > 0 ? ` ${JSON.stringify(facts)}` : '';
  return `${sign} [${key}]${details}\n`;
}
