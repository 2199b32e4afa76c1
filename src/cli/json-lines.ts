import type { Writable } from 'node:stream';
import type { EdgeTalk } from './edge-talk.ts';
import { Pace } from './pace.ts';

/** One JSON object a line, for programs. */
export function jsonLines(stream: Writable, about: object = {}): EdgeTalk {
  const say = (level: string, event: string, fields: object): void => {
    stream.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...about, ...fields })}\n`);
  };
  return {
    of: (pipeline) => jsonLines(stream, { pipeline }),
    note: (message) => say('info', 'note', { message }),
    waiting: (_text, work) => work(),
    progress(view) {
      const pace = new Pace(view);
      const timer = setInterval(() => say('info', 'progress', pace.sample()), EVERY_MS);
      return { stop: () => clearInterval(timer) };
    },
    summary: (_title, _rows, facts) => say('info', 'summary', facts),
    failure: (failure) => say('error', 'failure', failure),
  };
}

const EVERY_MS = 1000;
