import type { Writable } from 'node:stream';
import { escapeControls } from '../support/escape.ts';
import type { EdgeTalk } from './edge-talk.ts';
import { describePace, Pace } from './pace.ts';

/** Whole lines, without colour or movement: for log files and mails. */
export function plain(stream: Writable): EdgeTalk {
  const say = (text: string): void => void stream.write(`cosmosflow: ${escapeControls(text)}\n`);
  return {
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
      if (hint) stream.write(`  hint: ${escapeControls(hint)}\n`);
    },
  };
}

const EVERY_MS = 10_000;
