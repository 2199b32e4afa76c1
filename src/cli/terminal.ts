import type { WriteStream } from 'node:tty';
import { Chalk, type ChalkInstance, supportsColorStderr } from 'chalk';
import { Presets, SingleBar } from 'cli-progress';
import ora from 'ora';
import { formatDuration } from '../support/duration.ts';
import { escapeControls } from '../support/escape.ts';
import type { EdgeTalk } from './edge-talk.ts';
import { asideOf, grouped, Pace, type PaceSample } from './pace.ts';
import { lines } from './plain.ts';

/** Spinner, bar and colour. Only for a terminal: elsewhere the libraries leave debris in the output. */
export function terminal(stream: WriteStream, environment: Readonly<Record<string, string | undefined>>): EdgeTalk {
  const colour = new Chalk({ level: colourLevel(environment) });
  let moving: Moving | undefined;
  // A second Ctrl-C ends the process in the middle of a movement.
  process.on('exit', () => moving?.hide());
  const say = (text: string): void => {
    // What moves finds its line again by a position it saved: nothing may be written while it is there.
    moving?.hide();
    stream.write(`${text}\n`);
    moving?.show();
  };
  const during = (what: Moving): { stop(): void } => {
    moving = what;
    what.show();
    return {
      stop() {
        what.hide();
        moving = undefined;
      },
    };
  };
  const names: string[] = [];
  const colourOf = (name: string): ChalkInstance => {
    if (!names.includes(name)) names.push(name);
    return colour[NAME_COLOURS[names.indexOf(name) % NAME_COLOURS.length] ?? 'cyan'];
  };
  return {
    // Only one thing can move on a terminal.
    of(name) {
      const label = colourOf(name)(`[${name}]`);
      return lines((text) => say(`${label} ${text}`));
    },
    note: (text) => say(`${colour.cyan('•')} ${escapeControls(text)}`),
    async waiting(text, work) {
      const spinner = ora({ stream, text: escapeControls(text), ...(colour.level === 0 && { color: false as never }) });
      const shown = during({ show: () => void spinner.start(), hide: () => void spinner.stop() });
      try {
        return await work();
      } finally {
        shown.stop();
      }
    },
    progress: (view) => during(barOf(stream, new Pace(view), colour)),
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

const REDRAW_MS = 100;
/** So that the lines of several can be told apart. */
const NAME_COLOURS = ['cyan', 'magenta', 'yellow', 'blue', 'green'] as const;

interface Moving {
  show(): void;
  hide(): void;
}

function barOf(stream: WriteStream, pace: Pace, colour: ChalkInstance): Moving {
  const bar = new SingleBar(
    {
      stream,
      format: `${colour.cyan('{bar}')} {done}  {documents} documents  {speed}/s  {charge} RU/s  {rest}`,
      barsize: 24,
      hideCursor: true,
      linewrap: false,
      gracefulExit: false,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  let timer: NodeJS.Timeout | undefined;
  return {
    show() {
      const { fraction, fields } = fieldsOf(pace.sample());
      bar.start(1, fraction, fields);
      timer = setInterval(() => {
        const { fraction: now, fields: latest } = fieldsOf(pace.sample());
        bar.update(now, latest);
      }, REDRAW_MS);
    },
    hide() {
      clearInterval(timer);
      bar.stop();
    },
  };
}

function fieldsOf(sample: PaceSample) {
  const { fraction, documents, documentsPerSecond, requestUnitsPerSecond, setAside, lag, etaMs } = sample;
  return {
    fraction: fraction ?? 0,
    fields: {
      done: fraction === undefined ? '   …' : `${Math.floor(fraction * 100)}%`.padStart(4),
      documents: grouped(documents),
      speed: grouped(documentsPerSecond),
      charge: grouped(requestUnitsPerSecond),
      rest: `${restOf(lag, etaMs)}${asideOf(setAside)}`,
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
