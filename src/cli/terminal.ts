import type { WriteStream } from 'node:tty';
import { Chalk, type ChalkInstance, supportsColorStderr } from 'chalk';
import { Presets, SingleBar } from 'cli-progress';
import ora from 'ora';
import { formatDuration } from '../support/duration.ts';
import { escapeControls } from '../support/escape.ts';
import { grouped, Pace } from './pace.ts';
import type { EdgeTalk } from './talk.ts';

/** Spinner, bar and colour. Only for a terminal: elsewhere the libraries leave debris in the output. */
export function terminal(stream: WriteStream, environment: Readonly<Record<string, string | undefined>>): EdgeTalk {
  const colour = new Chalk({ level: colourLevel(environment) });
  const say = (text: string): void => void stream.write(`${CLEAR_LINE}${text}\n`);
  return {
    note: (text) => say(`${colour.cyan('•')} ${escapeControls(text)}`),
    warn: (text) => say(`${colour.yellow('!')} ${escapeControls(text)}`),
    async waiting(text, work) {
      const spinner = ora({
        stream,
        text: escapeControls(text),
        color: colour.level > 0 ? 'cyan' : (false as never),
      }).start();
      try {
        return await work();
      } finally {
        spinner.stop();
      }
    },
    progress: (view) => drawBar(stream, new Pace(view), colour),
    summary(title, rows) {
      const width = Math.max(...rows.map(([label]) => label.length));
      const mark = title === 'done' ? colour.green('✔') : colour.yellow('■');
      const lines = rows.map(([label, value]) => `  ${colour.dim(label.padEnd(width))}  ${value}`);
      say([`${mark} ${colour.bold(title)}`, ...lines].join('\n'));
    },
    failure({ message, hint }) {
      say(`${colour.red('✖')} ${escapeControls(message)}`);
      if (hint) say(`  ${colour.dim('hint')}  ${escapeControls(hint)}`);
    },
  };
}

const CLEAR_LINE = '\r\u001b[K';
const REDRAW_MS = 100;

function drawBar(stream: WriteStream, pace: Pace, colour: ChalkInstance): { stop(): void } {
  const bar = new SingleBar(
    {
      stream,
      format: `${colour.cyan('{bar}')} {done}  {documents} documents  {speed}/s  {charge} RU/s  {rest}`,
      barsize: 24,
      hideCursor: true,
      linewrap: false,
      gracefulExit: false,
      autopadding: true,
    },
    Presets.shades_classic,
  );
  const draw = (): void => {
    const sample = pace.sample();
    bar.update(sample.fraction ?? 0, {
      done: sample.fraction === undefined ? ' … ' : `${Math.floor(sample.fraction * 100)}%`.padStart(4),
      documents: grouped(sample.documents),
      speed: grouped(sample.documentsPerSecond),
      charge: grouped(sample.requestUnitsPerSecond),
      rest: restOf(sample.lag, sample.etaMs),
    });
  };
  bar.start(1, 0, { done: '', documents: 0, speed: 0, charge: 0, rest: '' });
  const timer = setInterval(draw, REDRAW_MS);
  return {
    stop() {
      clearInterval(timer);
      draw();
      bar.stop();
    },
  };
}

function restOf(lag: number, etaMs: number | undefined): string {
  if (lag === 0) return 'caught up';
  return `lag ${grouped(lag)}${etaMs === undefined ? '' : `  ETA ${formatDuration(etaMs)}`}`;
}

/** chalk does not look at NO_COLOR, so it is asked here; FORCE_COLOR wins, as Node has it. */
function colourLevel(environment: Readonly<Record<string, string | undefined>>): 0 | 1 | 2 | 3 {
  const supported = supportsColorStderr === false ? 0 : (supportsColorStderr as { level: 0 | 1 | 2 | 3 }).level;
  if (environment.FORCE_COLOR !== undefined) return supported;
  return environment.NO_COLOR || environment.TERM === 'dumb' ? 0 : supported;
}
