import { CommanderError, Option, Command as Program } from 'commander';
import type { Command, Context, Flag, Need } from '../commands/command.ts';
import { FlowError } from '../support/error.ts';
import { VERSION } from '../support/version.ts';
import { helpAfter } from './help.ts';
import type { TalkOptions } from './talk.ts';

/** A command line that makes sense. */
export class Invocation {
  readonly globals: TalkOptions;
  /** Whether Ctrl-C cuts the work short, or is how it ends. */
  readonly endsWithInterruption: boolean;
  readonly #command: Command;
  readonly #arguments: readonly string[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(command: Command, given: readonly string[], options: Readonly<Record<string, unknown>>) {
    this.#command = command;
    this.#arguments = given;
    this.#options = options;
    this.globals = { quiet: options.quiet === true, logFormat: options.logFormat === 'json' ? 'json' : 'text' };
    this.endsWithInterruption = command.exits.some(([status]) => status === 130);
  }

  run(context: Context): Promise<void> {
    return this.#command.run({ arguments: this.#arguments, options: this.#options }, context);
  }
}

/** What to run; or an exit status, when help or the version was asked for and has been printed. Throws usage errors. */
export async function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
): Promise<Invocation | number> {
  let invocation: Invocation | undefined;
  const program = buildProgram(commands, (found) => {
    invocation = found;
  });
  const [first, second] = argv;
  if (first === 'help' && second && !commands.some(({ name }) => name === second)) throw unknownCommand(second);
  try {
    await program.parseAsync(argv.length > 0 ? argv : ['--help'], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || error.code === 'commander.help') return 0;
    throw usageError(error);
  }
  return invocation ?? 0;
}

/** The whole command line as commander knows it; `found` is told which command was called. */
export function buildProgram(commands: readonly Command[], found: (invocation: Invocation) => void): Program {
  const program = new Program('cosmosflow')
    .description('Replicate and export the change feed of Azure Cosmos DB (API for NoSQL).')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', '\nRun cosmosflow COMMAND --help for its flags, examples and exit codes.');
  settle(program);
  for (const command of commands) addCommand(program, command, found);
  return program;
}

function addCommand(program: Program, command: Command, found: (invocation: Invocation) => void): void {
  const sub = program.command(command.name).summary(command.summary).description(describe(command));
  settle(sub);
  for (const { name, summary, isOptional } of command.arguments) {
    sub.argument(isOptional ? `[${name}]` : `<${name}>`, summary);
  }
  for (const flag of Object.values(command.flags)) {
    const option = optionOf(flag);
    sub.addOption(flag.needs ? option : option.env(variableOf(option)));
  }
  const quiet = new Option('-q, --quiet', 'say nothing but errors');
  const logFormat = new Option('--log-format <format>', 'how to write to stderr').choices(['text', 'json']);
  for (const option of [quiet, logFormat.default('text')]) sub.addOption(option.env(variableOf(option)));
  sub.helpOption('-h, --help', 'print help');
  sub.addHelpText('after', helpAfter(command));
  sub.action(() => {
    settleNeedy(sub, command);
    found(new Invocation(command, sub.args, optionsOf(sub)));
  });
}

/**
 * Who gives a flag that has no effect means something else. A variable is there for all commands, and is read only where
 * it has one.
 */
function settleNeedy(program: Program, { flags }: Command): void {
  for (const { needs, spelling } of Object.values(flags)) {
    if (!needs) continue;
    const { long } = new Option(spelling);
    const option = program.options.find((candidate) => candidate.long === long) as Option;
    const isGiven = program.getOptionValueSource(option.attributeName()) === 'cli';
    const options = optionsOf(program);
    const unmet = needs.find((need) => !need.isMet(options));
    if (isGiven && unmet) throw withoutEffect(option, unmet);
    if (!isGiven && !unmet) readVariable(program, option);
  }
}

function withoutEffect(option: Option, { words, advice }: Need): FlowError {
  return new FlowError('usage', `--${option.name()} has no effect ${words}`, {
    hint: `${advice}, or leave out --${option.name()}`,
  });
}

function readVariable(program: Program, option: Option): void {
  const text = process.env[variableOf(option)];
  if (text === undefined) return;
  const value = option.isBoolean() ? true : option.parseArg?.(text, undefined as unknown);
  program.setOptionValueWithSource(option.attributeName(), value, 'env');
}

/** The options; a switch can be set to `0` or `false` in the environment, which commander takes for set. */
function optionsOf(program: Program): Readonly<Record<string, unknown>> {
  const isOff = (name: string, option: Option | undefined): boolean =>
    program.getOptionValueSource(name) === 'env' &&
    option?.isBoolean() === true &&
    /^(0|false|no|)$/i.test(process.env[variableOf(option)] ?? '');
  const entries = Object.entries(program.opts()).map(([name, value]) => {
    const option = program.options.find((candidate) => candidate.attributeName() === name);
    return [name, isOff(name, option) ? false : value];
  });
  return Object.fromEntries(entries);
}

function settle(program: Program): void {
  program
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ helpWidth: 100, optionDescription: describeOption });
}

function describe({ summary, notes }: Command): string {
  return [`${summary[0]?.toUpperCase()}${summary.slice(1)}.`, ...notes].join('\n\n');
}

function optionOf(flag: Flag<unknown>): Option {
  const option = new Option(flag.spelling, flag.summary);
  if (option.isBoolean()) return option;
  if (flag.isList) {
    option.argParser<unknown[]>((text, earlier = []) => [
      ...earlier,
      ...linesOf(text).map((line) => read(option, flag, line)),
    ]);
    return option.default([], '');
  }
  option.argParser((text) => read(option, flag, text));
  if (flag.bare !== undefined) option.preset(flag.bare);
  if (flag.fallback !== undefined) option.default(flag.fallback, flag.fallbackText ?? String(flag.fallback));
  return option;
}

/** In the environment, where a name has one value only. */
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Without the variable, which is the same for all and said once. */
function describeOption({ description, defaultValue, defaultValueDescription, argChoices }: Option): string {
  const fallback = defaultValueDescription ?? defaultValue;
  const text = argChoices ? `${description}: ${argChoices.join(' or ')}` : description;
  return fallback === undefined || fallback === false || fallback === '' ? text : `${text} (default: ${fallback})`;
}

function variableOf(option: Option): string {
  return `COSMOSFLOW_${option.name().replaceAll('-', '_').toUpperCase()}`;
}

function read(option: Option, flag: Flag<unknown>, text: string): unknown {
  try {
    return flag.parse(text);
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    throw new FlowError(error.code, `--${option.name()}: ${error.message}`, {
      hint: error.hint ?? flag.summary,
      cause: error,
    });
  }
}

function unknownCommand(name: string): FlowError {
  return new FlowError('usage', `unknown command "${name}"`, { hint: 'run cosmosflow --help' });
}

function usageError(error: CommanderError): FlowError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\(|\)$/g, '') ?? 'run cosmosflow --help, or cosmosflow COMMAND --help';
  return new FlowError('usage', message.replaceAll("'", '"'), { hint, cause: error });
}
