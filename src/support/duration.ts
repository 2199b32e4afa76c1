import { FlowError } from './error.ts';

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `"5s"`, `"250ms"`, `"1.5h"` as milliseconds. A number needs its unit, `0` apart. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  if (text.trim() === '0') return 0;
  if (!match) {
    throw new FlowError('usage', `"${text}" is not a duration`, {
      hint: 'write a number with a unit: 250ms, 5s, 10m, 1h',
    });
  }
  return Number(match[1]) * (MS[match[2] ?? ''] ?? 1);
}

/** Milliseconds for people: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 03 min`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (Math.round(ms / 100) < 600) return `${(ms / 1000).toFixed(1)} s`;
  // Rounded once, before it is divided: the parts of a time must not be rounded in different directions.
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

const pad = (value: number): string => String(value).padStart(2, '0');
