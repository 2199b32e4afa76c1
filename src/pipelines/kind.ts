/** What a pipeline may be, as far as its file is concerned: a subcommand, as the command line has it. */
export interface Kind {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly Given[];
  readonly flags: Readonly<Record<string, Setting>>;
  /** How it ends when nothing more will come for it; without, by itself alone. */
  readonly ending?: 'once caught up' | 'at once';
  /** Whether it can go on where a checkpoint says; it can when nobody says. */
  resumes?(options: Readonly<Record<string, unknown>>): boolean;
  /** Whether it writes to standard output; it does when nobody says. */
  prints?(options: Readonly<Record<string, unknown>>): boolean;
}

interface Given {
  readonly name: string;
  readonly summary: string;
  readonly isOptional?: boolean;
  readonly check?: (text: string) => unknown;
}

export interface Setting {
  readonly spelling: string;
  readonly summary: string;
  readonly parse: (text: string) => unknown;
  readonly fallback: unknown;
  readonly isList?: boolean;
  readonly fallbackText?: string;
  readonly needs?: readonly {
    readonly words: string;
    readonly advice: string;
    isMet(options: Readonly<Record<string, unknown>>): boolean;
  }[];
}

/** The long name, as `max-item-count`. */
export function longName({ spelling }: Setting): string {
  return /--([\w-]+)/.exec(spelling)?.[1] ?? '';
}

export function isSwitch({ spelling }: Setting): boolean {
  return !/[<[]/.test(spelling);
}
