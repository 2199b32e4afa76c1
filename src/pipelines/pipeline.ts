import { FlowError } from '../support/error.ts';
import { type Field, type Fields, placeOf } from './fields.ts';
import { isSwitch, type Kind, longName, type Setting } from './kind.ts';
import type { Problems } from './problems.ts';

/** A pipeline as its file has it, with every flag that its command knows. */
export interface Pipeline {
  readonly name: string;
  /** Where its name stands in the file. */
  readonly at: number;
  /** `undefined` when the file does not say, which is a problem. */
  readonly kind: Kind | undefined;
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly after: readonly Reference[];
  readonly until: readonly Reference[];
  /** Whether the others go on when it fails. */
  readonly mayFail: boolean;
}

/** The name of another pipeline, and where it stands. */
export interface Reference {
  readonly text: string;
  readonly at: number;
}

/** What a pipeline has beside the arguments and flags of its command. */
export const OWN = {
  name: 'what it is called, in a list of pipelines',
  command: 'the command of cosmosflow that it is',
  after: 'pipelines that have to finish before it starts',
  until: 'it ends once these have finished, and it has caught up itself',
  onError: 'whether the others are stopped when it fails (stop), or go on (continue)',
} as const;

export class PipelineReader {
  readonly #fields: Fields;
  readonly #problems: Problems;
  readonly #kinds: readonly Kind[];

  constructor(fields: Fields, problems: Problems, kinds: readonly Kind[]) {
    this.#fields = fields;
    this.#problems = problems;
    this.#kinds = kinds;
  }

  /** The pipeline as far as it makes sense; what does not becomes a problem. */
  read({ name, at, value }: Field): Pipeline {
    if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) {
      this.#problems.add(at, `"${name}" is no name of a pipeline: letters, digits, "-", "_" and ".", at most 64`);
    }
    const map = this.#fields.map(`"${name}"`, at, value);
    const members = new Map(map ? this.#fields.of(map).map((field) => [field.name, field]) : []);
    const own = (key: keyof typeof OWN): Field | undefined => members.get(key);
    const kind = map && this.#kind(own('command'), name, at);
    const pipeline = {
      name,
      at,
      kind,
      after: this.#references(own('after')),
      until: this.#references(own('until')),
      mayFail: this.#mayFail(own('onError')),
    };
    for (const key of Object.keys(OWN)) members.delete(key);
    if (!kind) return { ...pipeline, arguments: [], options: {} };
    return {
      ...pipeline,
      arguments: this.#arguments(kind, members, { name, at }),
      options: this.#options(kind, members, name),
    };
  }

  #kind(field: Field | undefined, name: string, at: number): Kind | undefined {
    if (!field) {
      this.#problems.add(at, `"${name}" has no command: ${this.#kinds.map((kind) => kind.name).join(', ')}`);
      return undefined;
    }
    const text = this.#fields.text(field);
    if (text === undefined) return undefined;
    const kind = this.#kinds.find((candidate) => candidate.name === text);
    if (!kind) {
      const names = this.#kinds.map((candidate) => candidate.name);
      this.#problems.unknown(placeOf(field), 'unknown command', text, names);
    }
    return kind;
  }

  #references(field: Field | undefined): Reference[] {
    return field ? this.#fields.texts(field) : [];
  }

  #mayFail(field: Field | undefined): boolean {
    const text = field && this.#fields.text(field);
    if (field && text !== undefined && text !== 'stop' && text !== 'continue') {
      this.#problems.add(placeOf(field), `onError: "${text}" is not stop or continue`);
    }
    return text === 'continue';
  }

  /** Takes them out of the members. */
  #arguments(kind: Kind, members: Map<string, Field>, { name, at }: Pick<Field, 'name' | 'at'>): string[] {
    return kind.arguments.flatMap((argument) => {
      const field = members.get(argument.name);
      members.delete(argument.name);
      if (field) return this.#checked(argument, field);
      if (!argument.isOptional) this.#problems.add(at, `"${name}" has no ${argument.name}: ${argument.summary}`);
      return [];
    });
  }

  #checked({ check = () => {} }: Kind['arguments'][number], field: Field): string[] {
    const text = this.#fields.text(field);
    if (text === undefined) return [];
    this.#parsed({ parse: check }, field.name, text, placeOf(field));
    return [text];
  }

  /** All flags of the command: what the other members say, and what nobody says. */
  #options(kind: Kind, members: ReadonlyMap<string, Field>, name: string): Record<string, unknown> {
    const { flags } = kind;
    const options = Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, flag.fallback]));
    const seen = new Map<string, Field>();
    for (const field of members.values()) {
      const key = keyOf(field.name, kind);
      if (key === undefined) {
        this.#problems.unknown(field.at, `${kind.name} has no flag`, field.name, wordsOf(kind));
        continue;
      }
      if (seen.has(key)) this.#problems.add(field.at, `${field.name} is given twice`);
      seen.set(key, field);
      options[key] = this.#value(flags[key] as Setting, field);
    }
    const isKept = 'checkpoint' in flags && !seen.has('checkpoint') && (kind.resumes?.(options) ?? true);
    if (isKept) options.checkpoint = `.cosmosflow/${name}.db`;
    for (const [key, field] of seen) {
      const unmet = (flags[key] as Setting).needs?.find((need) => !need.isMet(options));
      const says = options[key];
      if (!unmet || says === undefined || says === false) continue;
      this.#problems.add(field.at, `${field.name} has no effect ${unmet.words} (${unmet.advice})`);
    }
    return options;
  }

  #value(flag: Setting, field: Field): unknown {
    if (flag.isList) return this.#fields.texts(field).map(({ text, at }) => this.#parsed(flag, field.name, text, at));
    const text = this.#fields.text(field);
    if (text === undefined) return undefined;
    const at = placeOf(field);
    if (!isSwitch(flag)) return this.#parsed(flag, field.name, text, at);
    if (!/^(true|false)$/.test(text)) this.#problems.add(at, `${field.name}: "${text}" is not true or false`);
    return text === 'true';
  }

  #parsed(flag: Pick<Setting, 'parse'>, name: string, text: string, at: number): unknown {
    try {
      return flag.parse(text);
    } catch (error) {
      if (!(error instanceof FlowError)) throw error;
      this.#problems.add(at, `${name}: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`);
      return undefined;
    }
  }
}

/** Of a flag, which may be written as the command line has it, or in camel case. */
function keyOf(name: string, { flags }: Kind): string | undefined {
  return Object.entries(flags).find(([key, flag]) => key === name || longName(flag) === name)?.[0];
}

/** All that may stand in a pipeline of this kind. */
function wordsOf({ flags, arguments: given }: Kind): string[] {
  return [...Object.values(flags).map(longName), ...given.map(({ name }) => name), ...Object.keys(OWN)];
}
