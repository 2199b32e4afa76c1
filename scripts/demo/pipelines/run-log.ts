import { formatDuration } from '../../../src/support/duration.ts';
import type { LogLine } from './run.ts';

/** What the pipelines say: the last figures of each are kept, and shown now and then; what goes wrong is shown at once. */
export class RunLog {
  readonly #written = new Map<string, number>();
  readonly #shown = new Map<string, number>();
  readonly #startedAt = performance.now();
  #saidAt = performance.now();

  take({ event, level, pipeline = '', message = '', hint, written, received, documents }: LogLine): void {
    if (event === 'summary') this.#written.set(pipeline, written ?? received ?? 0);
    if (event === 'progress') this.#shown.set(pipeline, documents ?? 0);
    if (event === 'note' && /^failed|^not started/.test(message)) console.log(`[${pipeline}] ${message}`);
    if (level === 'error') console.log(`${message}${hint === undefined ? '' : ` (${hint})`}`);
    if (performance.now() - this.#saidAt >= EVERY_MS) this.#show();
  }

  /** How much a pipeline says to have written. */
  of(pipeline: string): number {
    return this.#written.get(pipeline) ?? 0;
  }

  #show(): void {
    this.#saidAt = performance.now();
    const seconds = Math.round((this.#saidAt - this.#startedAt) / 1000);
    const figures = [...this.#shown].map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`);
    console.log(`  ${formatDuration(seconds * 1000)}: ${figures.join(', ')}`);
  }
}

const EVERY_MS = 2000;
