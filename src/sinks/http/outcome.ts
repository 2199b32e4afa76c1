import { formatDuration } from '../../support/duration.ts';
import { FlowError } from '../../support/error.ts';
import { escapeControls } from '../../support/escape.ts';
import { retryAfterMs } from './retry-after.ts';

/** What an attempt to deliver a batch has come to. */
export type Outcome =
  | { readonly kind: 'delivered' }
  /** It may work later. Whether the receiver has taken the batch is not known. */
  | { readonly kind: 'again'; readonly retryAfterMs: number; readonly reason: FlowError }
  /** This batch will not be taken. */
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }
  /** Nothing will be taken. */
  | { readonly kind: 'stop'; readonly reason: FlowError };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning of its body. */
  readonly text: string;
}

export interface AnswerOptions {
  /** Whose answer it is, for people: an origin, for paths and queries may hold secrets. */
  readonly receiver: string;
  readonly isConflictDuplicate: boolean;
  readonly nowMs: number;
}

/** What an answer means: only a status of 200 to 299 says that the batch is durable, whatever the body says. */
export function outcomeOf({ status, headers, text }: Answer, options: AnswerOptions): Outcome {
  const { receiver, isConflictDuplicate, nowMs } = options;
  const answered = `"${receiver}" answered ${status}`;
  const said = `${answered}${words(text)}`;
  if ((status >= 200 && status < 300) || (status === CONFLICT && isConflictDuplicate)) return { kind: 'delivered' };
  if (LATER.has(status)) {
    const waitMs = retryAfterMs(first(headers['retry-after']), nowMs);
    const hint = 'the same command goes on where it stopped; --patience says how long to wait for the receiver';
    const how = waitMs > 0 ? `, and asks to be left alone for ${formatDuration(waitMs)}` : ' again and again';
    const reason = new FlowError('sink_unavailable', `${answered}${how}`, { hint });
    return { kind: 'again', retryAfterMs: waitMs, reason };
  }
  if (status === UNAUTHORIZED || status === FORBIDDEN) {
    const hint =
      'give it what it asks for: --http-header-env authorization=VARIABLE takes a header from the environment; ' +
      'COSMOSFLOW_WEBHOOK_SECRET is the secret that requests are signed with';
    return stop(new FlowError('unauthorized', said, { hint }));
  }
  if (OF_CHANGES.has(status)) return { kind: 'refused', status, why: words(text) };
  if (status >= 300 && status < 400) {
    const hint = 'redirects are not followed, because what is sent could get lost on the way: give the final address';
    return stop(new FlowError('sink_refused', `${answered}${target(first(headers.location))}`, { hint }));
  }
  const hint = HINTS[status] ?? `that is about no document: look at the log of the receiver; ${GOES_ON}`;
  return stop(new FlowError('sink_refused', said, { hint }));
}

/** Whether a smaller batch may be taken where this one was not. */
export function mayFitInParts(status: number): boolean {
  return IN_PARTS.has(status);
}

const LATER: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/** About what was sent. All else is about where it was sent, or how, and would be the answer to every change. */
const OF_CHANGES: ReadonlySet<number> = new Set([400, 409, 412, 413, 422, 423, 424, 451]);
const IN_PARTS: ReadonlySet<number> = new Set([400, 413, 422]);
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const CONFLICT = 409;
const GOES_ON = 'the same command goes on where it stopped';
const TAKES = `say what it takes with --http-body and --http-compress; ${GOES_ON}`;
const PATH =
  'check the path of --to, which is not shown, because it may be a secret; with another path the job is another one';
const HINTS: Readonly<Record<number, string>> = {
  404: PATH,
  405: `say how it takes changes with --http-method, or ${PATH}`,
  406: TAKES,
  410: `it wants nothing more from here; ${GOES_ON}, should it change its mind`,
  415: TAKES,
};
const WORDS_MAX = 200;

function stop(reason: FlowError): Outcome {
  return { kind: 'stop', reason };
}

/** Of a header that came more than once. */
function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** The origin alone: what follows it may be a secret. */
function target(location: string | undefined): string {
  const origin = location === undefined ? undefined : URL.parse(location)?.origin;
  if (location === undefined) return '';
  return origin === undefined || origin === 'null' ? ': a redirect within its origin' : `: a redirect to "${origin}"`;
}

function words(text: string): string {
  const line = escapeControls(text.replace(/\s+/g, ' ').trim());
  if (line === '') return '';
  return `: ${line.length > WORDS_MAX ? `${line.slice(0, WORDS_MAX)}…` : line}`;
}
