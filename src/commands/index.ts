import type { Command } from './command.ts';
import { consume } from './consume.ts';
import { copy } from './copy.ts';
import { deadLetter } from './dead-letter.ts';
import { emulator } from './emulator.ts';
import { produce } from './produce.ts';
import { queryExport } from './query-export.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';
import { tail } from './tail.ts';
import { verify } from './verify.ts';

/** The subcommands, in the order of help. */
export const COMMANDS: readonly Command[] = [
  copy,
  verify,
  tail,
  queryExport,
  consume,
  produce,
  deadLetter,
  replay,
  run,
  emulator,
];
