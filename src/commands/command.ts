import type { Readable } from 'node:stream';
import type { Meter } from '../support/meter.ts';
import type { Output } from '../support/output.ts';
import type { Tally } from '../support/tally.ts';

/** A subcommand as data: help, README and the command line are made from it. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What a user should know beyond the flags; paragraphs. */
  readonly notes: readonly string[];
  readonly arguments: readonly Argument[];
  readonly flags: Readonly<Record<string, Flag<unknown>>>;
  readonly examples: readonly (readonly [comment: string, command: string])[];
  readonly exits: readonly (readonly [status: number, when: string])[];
  /** How it ends when nothing more will come for it; without, by itself alone. */
  readonly ending?: 'once caught up' | 'at once';
  /** Whether it can go on where a checkpoint says, if it has that flag; it can when nobody says. */
  resumes?(options: Input['options']): boolean;
  /** Whether it writes to stdout; it does when nobody says. */
  prints?(options: Input['options']): boolean;
  run(input: Input, context: Context): Promise<void>;
}

export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly isOptional?: boolean;
  /** Throws a FlowError when the text makes no sense; the command itself does so, too. */
  readonly check?: (text: string) => unknown;
}

export interface Flag<Value> {
  /** As on the command line, `--count <n>`; without a value it is a switch. */
  readonly spelling: string;
  readonly summary: string;
  /** Reads the text; throws a FlowError when it makes no sense. Not called for switches. */
  readonly parse: (text: string) => Value;
  readonly fallback: Value;
  /** What it means when it is given without the value that its spelling puts in brackets. */
  readonly bare?: string;
  /** May be given several times; the value is all of them. In the environment, one a line. */
  readonly isList?: boolean;
  /** How help writes the fallback, where it is not the value itself. */
  readonly fallbackText?: string;
  /** Where it has an effect; given on a command line or in a file anywhere else, it is refused for the first that is not met. */
  readonly needs?: readonly Need[];
}

/** What other flags have to say for one to have an effect. */
export interface Need {
  /** Where it has none, in words: `without --out PATH`. */
  readonly words: string;
  /** What would change that: `add --out PATH`. */
  readonly advice: string;
  isMet(options: Input['options']): boolean;
}

export interface Input {
  readonly arguments: readonly string[];
  /** By the names of the command's `flags`. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a command may touch of the world. */
export interface Context {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user asks to stop: what is under way is drained. */
  readonly signal: AbortSignal;
  /** Aborts when nothing more will come: what follows something ends once it has caught up. */
  readonly ending?: AbortSignal;
  /** Standard input, for who asks first: it is opened by that. */
  stdin(): Readable;
  readonly stdout: Output;
  readonly talk: Talk;
}

/** What is said to people, or to programs that read the log. All of it goes to stderr. */
export interface Talk {
  /** The same for one of several that talk at once: whole lines that bear its name. */
  of(name: string): Talk;
  note(text: string): void;
  /** Says what is being waited for while `work` runs. */
  waiting<Result>(text: string, work: () => Promise<Result>): Promise<Result>;
  /** Shows the totals until it is stopped. */
  progress(view: ProgressView): { stop(): void };
  /** The closing words: rows for people, the same facts for programs. */
  summary(title: string, rows: readonly (readonly [label: string, value: string])[], facts: object): void;
}

export interface ProgressView {
  readonly tally: Tally;
  readonly meters: readonly Meter[];
}

/** Checks that the flags have the types that `run` works with. */
export function command<Flags extends Readonly<Record<string, Flag<unknown>>>>(
  definition: Omit<Command, 'flags' | 'resumes' | 'prints' | 'run'> & {
    readonly flags: Flags;
    resumes?(options: TypedInput<Flags>['options']): boolean;
    prints?(options: TypedInput<Flags>['options']): boolean;
    run(input: TypedInput<Flags>, context: Context): Promise<void>;
  },
): Command {
  return definition as unknown as Command;
}

interface TypedInput<Flags extends Readonly<Record<string, Flag<unknown>>>> {
  readonly arguments: readonly string[];
  readonly options: { readonly [Name in keyof Flags]: Flags[Name] extends Flag<infer Value> ? Value : never };
}
