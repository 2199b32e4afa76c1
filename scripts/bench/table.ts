import { type Comparison, median } from './comparison.ts';

/** The comparisons as lines of text, columns aligned. */
export function table(comparisons: readonly Comparison[]): string {
  const rows = [HEAD, ...comparisons.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
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

function row({ what, unit, ours, naive, ratios, demand, against }: Comparison): string[] {
  const numbers = [median(ours), median(naive), median(ratios), Math.min(...ratios), Math.max(...ratios)];
  return [what, unit, ...numbers.map(figure), demand === undefined ? '' : `${demand}`, against];
}

function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

function pad(cell: string, width: number, column: number): string {
  return NUMERIC.has(column) ? cell.padStart(width) : cell.padEnd(width);
}
