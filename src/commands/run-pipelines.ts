import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Pipeline } from '../pipelines/pipeline.ts';
import { readPipelines } from '../pipelines/pipeline-file.ts';
import { isDone, runAll, type Signals, type Watcher } from '../pipelines/schedule.ts';
import { schemaOf } from '../pipelines/schema.ts';
import { FlowError } from '../support/error.ts';
import { ClosedPipe } from '../support/output.ts';
import { redact } from '../support/redaction.ts';
import type { Command, Context } from './command.ts';
import { COMMANDS } from './index.ts';
import { print } from './print.ts';

export interface RunOptions {
  readonly check: boolean;
  readonly schema: boolean;
}

/** Runs the pipelines of a file; resolves when all have ended. Throws all that is wrong with the file at once. */
export async function runPipelines(file: string, { check, schema }: RunOptions, context: Context): Promise<void> {
  const kinds = COMMANDS.filter(({ name }) => name !== 'run');
  if (schema) {
    await print(context.stdout, `${JSON.stringify(schemaOf(kinds), null, 2)}\n`);
    return;
  }
  const pipelines = readPipelines(read(file), file, kinds, context.environment);
  if (check) {
    const names = pipelines.map(({ name, kind }) => `${name} (${kind?.name})`);
    context.talk.note(`nothing is wrong with "${file}": ${names.join(', ')}`);
    return;
  }
  const stdin = new SharedInput(context);
  const works = pipelines.map((pipeline) => ({ ...workOf(pipeline), run: start(pipeline, stdin, context) }));
  await runAll(works, context.signal, watcherOf(context));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new FlowError('usage', `cannot read "${file}": ${(error as Error).message}`, {
      hint: 'name a file with pipelines: cosmosflow run pipelines.yaml',
      cause: error,
    });
  }
}

function workOf({ name, kind, after, until, mayFail }: Pipeline) {
  const namesOf = (references: typeof after): string[] => references.map(({ text }) => text);
  return { name, after: namesOf(after), until: namesOf(until), mayFail, isServer: kind?.ending === 'at once' };
}

function start(pipeline: Pipeline, stdin: SharedInput, context: Context): (signals: Signals) => Promise<void> {
  const command = COMMANDS.find(({ name }) => name === pipeline.kind?.name) as Command;
  return async ({ stop, ending }) => {
    const input = { arguments: pipeline.arguments, options: pipeline.options };
    try {
      await command.run(input, {
        environment: context.environment,
        signal: command.ending === 'at once' ? AbortSignal.any([stop, ending]) : stop,
        ending,
        stdin: () => stdin.for(pipeline.name),
        stdout: context.stdout,
        talk: context.talk.of(pipeline.name),
      });
    } catch (error) {
      throw named(pipeline.name, error);
    }
  };
}

/** Standard input, which one pipeline may read. */
class SharedInput {
  readonly #context: Context;
  #owner: string | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  for(name: string): Readable {
    this.#owner ??= name;
    if (this.#owner === name) return this.#context.stdin();
    throw new FlowError('usage', `standard input is read by "${this.#owner}" already`, { hint: 'name a file instead' });
  }
}

/** The error with the name of its pipeline in it. */
function named(name: string, error: unknown): unknown {
  if (!(error instanceof FlowError)) return error;
  return new FlowError(error.code, `[${name}] ${error.message}`, { hint: error.hint, cause: error });
}

function watcherOf({ talk }: Context): Watcher {
  return {
    failed(name, error, stopsOthers) {
      // Whoever has read enough does not want to hear of it.
      if (error instanceof ClosedPipe) return;
      const cause = error instanceof FlowError && error.cause instanceof FlowError ? error.cause : error;
      const message = cause instanceof Error ? redact(cause.message) : String(cause);
      const how = stopsOthers ? 'failed; stopping the others: ' : 'failed: ';
      talk.of(name).note(`${isDone(error) ? '' : how}${message}`);
    },
    skipped: (name, missing) => talk.of(name).note(`not started, as "${missing}" has not finished`),
  };
}
