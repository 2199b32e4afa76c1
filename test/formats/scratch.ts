import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An NDJSON file with these lines, and an empty file to fill, for one test. */
export function scratch(lines: readonly string[]): { from: string; to: string } {
  const folder = mkdtempSync(join(tmpdir(), 'cosmosflow-format-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [from, to] = [join(folder, 'staged.ndjson'), join(folder, 'out')];
  writeFileSync(from, lines.map((line) => `${line}\n`).join(''));
  writeFileSync(to, '');
  return { from, to };
}
