import { type Comparison, median } from './comparison.ts';
import type { Rate } from './rate.ts';

/** The comparisons as lines of text, columns aligned. */
export function table(comparisons: readonly Comparison[]): string {
  return aligned(HEAD, comparisons.map(row), NUMERIC);
}

/** The same for rates. */
export function rateTable(rates: readonly Rate[]): string {
  return aligned(RATE_HEAD, rates.map(rateRow), RATE_NUMERIC);
}

/** Whether a demand holds, in a sentence; nothing for a comparison without one. */
export function sentence({ what, against, ratios, demand }: Comparison): string[] {
  if (demand === undefined) return [];
  const ratio = median(ratios);
  const verdict = ratio >= demand ? 'holds' : 'DOES NOT HOLD';
  return [`${what}: at least ${demand} times better than ${against}: ${verdict} (${figure(ratio)})`];
}

const HEAD = ['measured', 'unit', 'ours', 'naive', 'ratio', 'min', 'max', 'demand', 'naive is'];
const NUMERIC: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7]);

const RATE_HEAD = ['measured', 'unit', 'median', 'min', 'max', 'demand', "client's core"];
const RATE_NUMERIC: ReadonlySet<number> = new Set([2, 3, 4, 5, 6]);

function aligned(head: readonly string[], body: readonly string[][], numeric: ReadonlySet<number>): string {
  const rows = [head, ...body];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  const pad = (cell: string, column: number): string =>
    numeric.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((cells) => cells.map(pad).join('  ').trimEnd()).join('\n');
}

function rateRow({ what, unit, values, demand, clientShare }: Rate): string[] {
  const numbers = [median(values), Math.min(...values), Math.max(...values)];
  return [
    what,
    unit,
    ...numbers.map(figure),
    demand === undefined ? '' : figure(demand),
    `${Math.round(clientShare * 100)} %`,
  ];
}

function row({ what, unit, ours, naive, ratios, demand, against }: Comparison): string[] {
  const numbers = [median(ours), median(naive), median(ratios), Math.min(...ratios), Math.max(...ratios)];
  return [what, unit, ...numbers.map(figure), demand === undefined ? '' : `${demand}`, against];
}

function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
