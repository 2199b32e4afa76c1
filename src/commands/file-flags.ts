import type { Flag } from './command.ts';
import { count, duration, optional, size } from './flags.ts';

/** The flags that say what files are like, for commands with `--out`. */
export const fileFlags = {
  format: optional('--format <format>', 'ndjson or json; else what the name of the file says, or ndjson'),
  compress: optional('--compress <how>', 'gzip, zstd or none; else what the name of the file says'),
  rotateRows: count('--rotate-rows <n>', 'begin another file of a range after so many documents', undefined),
  rotateBytes: unset(size('--rotate-bytes <size>', 'begin another file before it gets larger, uncompressed', '1gb')),
  rotateEvery: unset(duration('--rotate-every <time>', 'begin another file after this time', '1h', { minMs: 1000 })),
};

/** The same flag, which need not be given. */
function unset<Value>(flag: Flag<Value>): Flag<Value | undefined> {
  const { fallbackText: _, ...rest } = flag;
  return { ...rest, fallback: undefined };
}
