import { COMMANDS } from '../../src/commands/index.ts';
import type { Environment } from '../../src/pipelines/expansion.ts';
import type { Pipeline } from '../../src/pipelines/pipeline.ts';
import { readPipelines } from '../../src/pipelines/pipeline-file.ts';
import { FlowError } from '../../src/support/error.ts';

/** The commands that a file may name. */
export const KINDS = COMMANDS.filter(({ name }) => name !== 'run');

export function pipelinesOf(text: string, environment: Environment = {}): readonly Pipeline[] {
  return readPipelines(text, 'p.yaml', KINDS, environment);
}

/** The lines that say what is wrong. */
export function problemsOf(text: string, environment: Environment = {}): string[] {
  try {
    pipelinesOf(text, environment);
    return [];
  } catch (error) {
    if (error instanceof FlowError && error.exitStatus === 2) return error.message.split('\n');
    throw error;
  }
}
