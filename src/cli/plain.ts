import type { Writable } from 'node:stream';
import { escapeControls } from '../support/escape.ts';
import type { EdgeTalk } from './edge-talk.ts';
import { describePace, Pace } from './pace.ts';

/** Whole lines, without colour or movement: for log files and mails. */
export function plain(stream: Writable): EdgeTalk {
  return lines(
    (text) => void stream.write(`cosmosflow: ${text}\n`),
    (text) => void stream.write(`${text}\n`),
  );
}

/** Whole lines, each handed to `write` without what could control a terminal; `add` gets those that belong to the last. */
export function lines(write: (text: string) => void, add = write): EdgeTalk {
  const say = (text: string): void => write(escapeControls(text));
  return {
    of: (name) => lines((text) => write(`[${name}] ${text}`)),
    note: say,
    waiting: (_text, work) => work(),
    progress(view) {
      const pace = new Pace(view);
      const timer = setInterval(() => say(describePace(pace.sample())), EVERY_MS);
      return { stop: () => clearInterval(timer) };
    },
    summary: (title, rows) => say(`${title}: ${rows.map(([label, value]) => `${label} ${value}`).join(', ')}`),
    failure({ message, hint }) {
      say(message);
      if (hint) add(`  hint: ${escapeControls(hint)}`);
    },
  };
}

const EVERY_MS = 10_000;
