import type { WriteStream } from 'node:tty';
import type { EdgeTalk } from './edge-talk.ts';
import { jsonLines } from './json-lines.ts';
import { plain } from './plain.ts';
import { silent } from './silent.ts';

export interface TalkOptions {
  readonly quiet: boolean;
  readonly logFormat: 'text' | 'json';
}

/** The way to talk that fits the stream: bars and colour on a terminal, plain lines elsewhere, or JSON, or silence. */
export async function openTalk(
  stream: WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
  { quiet, logFormat }: TalkOptions,
): Promise<EdgeTalk> {
  const lines = logFormat === 'json' ? jsonLines(stream) : plain(stream);
  if (quiet) return silent(lines);
  // A terminal without a width makes the spinner count for ever.
  if (logFormat === 'json' || !stream.isTTY || !(stream.columns > 0) || environment.TERM === 'dumb') return lines;
  const { terminal } = await import('./terminal.ts');
  return terminal(stream, environment);
}
