import type { Input } from './inputs/input.ts';

export interface Failure {
  readonly number: number;
  readonly reason: string;
  /** The beginning of what was sent. */
  readonly text: string;
}

interface Row {
  readonly inputs: number;
  readonly ms: number;
  readonly slowestMs: number;
  readonly statuses: ReadonlyMap<string, number>;
}

const EMPTY: Row = { inputs: 0, ms: 0, slowestMs: 0, statuses: new Map() };

/** What a run has seen so far. */
export class Findings {
  readonly failures: Failure[] = [];
  readonly #rows = new Map<string, Row>();

  add(kind: string, ms: number, statuses: readonly number[]): void {
    const row = this.#rows.get(kind) ?? EMPTY;
    const counts = new Map(row.statuses);
    for (const status of statuses.length > 0 ? statuses.map(classOf) : ['none']) {
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    const slowestMs = Math.max(row.slowestMs, ms);
    this.#rows.set(kind, { inputs: row.inputs + 1, ms: row.ms + ms, slowestMs, statuses: counts });
  }

  fail(number: number, reason: string, input?: Input): void {
    const text = Buffer.concat([...(input?.message.pieces ?? [])]).toString('latin1');
    this.failures.push({ number, reason, text: text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text });
  }

  get inputs(): number {
    return [...this.#rows.values()].reduce((sum, { inputs }) => sum + inputs, 0);
  }

  table(): string {
    const rows = [...this.#rows].sort(([left], [right]) => (left < right ? -1 : 1));
    const lines = rows.map(([kind, { inputs, ms, slowestMs, statuses }]) => [
      kind,
      String(inputs),
      (ms / inputs).toFixed(2),
      slowestMs.toFixed(0),
      ...CLASSES.map((status) => String(statuses.get(status) ?? 0)),
    ]);
    const all = [['inputs of', 'number', 'mean ms', 'max ms', ...CLASSES], ...lines];
    const widths = (all[0] as string[]).map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
    const pad = (cell: string, column: number): string =>
      column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number);
    return all.map((line) => line.map(pad).join('  ')).join('\n');
  }
}

const CLASSES = ['2xx', '304', '4xx', '429', '5xx', 'none'];
const TEXT_MAX = 1500;

function classOf(status: number): string {
  return CLASSES.includes(String(status)) ? String(status) : `${Math.floor(status / 100)}xx`;
}
