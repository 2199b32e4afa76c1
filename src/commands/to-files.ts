import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { avroFormat } from '../formats/avro.ts';
import { COMPRESSIONS } from '../formats/compression.ts';
import { openFormat } from '../formats/named.ts';
import { disk } from '../sinks/files/disk.ts';
import { DECIDED, filesSink } from '../sinks/files/files.ts';
import { directoryLayout, fileLayout, type Layout, PARTIAL } from '../sinks/files/layout.ts';
import { takeBack } from '../sinks/files/recovery.ts';
import { makeDirectory } from '../support/directory.ts';
import { FlowError } from '../support/error.ts';
import type { Context } from './command.ts';
import type { Destination } from './destination.ts';
import { type FileOptions, shapeOf } from './file-shape.ts';

export interface ToFilesOptions extends FileOptions {
  readonly checkpoint: string | undefined;
  readonly restart: boolean;
  /** Documents come in envelopes. */
  readonly envelope: boolean;
  /** All that documents may have, where a query says so. */
  readonly names?: readonly string[] | undefined;
}

/** Files in a directory, or a single one where the path ends in a known extension. */
export function toFiles(out: string, options: ToFilesOptions, { talk }: Pick<Context, 'talk'>): Destination {
  const shape = shapeOf(out, options);
  const path = resolve(out);
  const suffix = `.${shape.format}${COMPRESSIONS[shape.compress].suffix}`;
  const layout = shape.isSingle ? fileLayout(path) : directoryLayout(path, suffix);
  const checkpoint = options.checkpoint ?? checkpointOf(layout, path);
  assertWritable(layout.directory);
  if (options.avroSchema !== undefined) avroFormat({ schema: options.avroSchema });
  if (options.restart || !existsSync(checkpoint)) assertVacant(layout, path, checkpoint, options.restart);
  return {
    name: `${path} (${shape.name})`,
    checkpoint: checkpointOf(layout, path),
    elsewhere:
      options.checkpoint === undefined
        ? `name another place with --out, or move away what is there, and "${checkpoint}" with it`
        : 'name another place with --out, and another file with --checkpoint',
    startOver: (notes) => takeBack(disk, layout, notes),
    unfinished: () =>
      namesIn(layout)
        .filter((name) => layout.owns(name) && name.endsWith(PARTIAL))
        .map((name) => join(layout.directory, name)),
    async open({ notes, about, requestCharge }) {
      makeDirectory(layout.directory);
      const format = openFormat(shape.format, {
        columns: options.columns,
        jsonColumns: options.jsonColumns,
        isUnsafe: options.csvUnsafe,
        compression: shape.compress,
        avroSchema: options.avroSchema,
        decided: notes.get(DECIDED) ?? (options.names && JSON.stringify(options.names.map((name) => [name]))),
        envelope: options.envelope,
      });
      const compression = COMPRESSIONS[shape.compress];
      const shop = { disk, layout, format, compression, rotation: shape.rotation, now: Date.now };
      return filesSink(shop, { notes, about, requestCharge, onMixed: (names) => talk.note(mixed(names)) });
    },
  };
}

/** Whether rows have columns for what is known of a change beside its document, which are filled from its envelope. */
export function keepsFacts({ out, ...options }: FileOptions & { readonly out: string | undefined }): boolean {
  return out !== undefined && options.avroSchema === undefined && shapeOf(out, options).format === 'avro';
}

function mixed(names: readonly string[]): string {
  const [which, those] = names.length === 1 ? ['column', 'that'] : ['columns', 'those'];
  const list = names.map((name) => JSON.stringify(name)).join(', ');
  return `${which} ${list}: types differ among files, which cannot be read together; to make ${those} JSON in all of them, write anew with --json-columns`;
}

function checkpointOf({ isSingle }: Layout, path: string): string {
  return isSingle ? `${path}.checkpoint.db` : join(path, '.cosmosflow.db');
}

/** Finds out before anything is read. */
function assertWritable(directory: string): void {
  let nearest = directory;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  try {
    if (!statSync(nearest).isDirectory()) throw new Error('it is not a directory');
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new FlowError('local_io', `cannot write to "${nearest}": ${(error as Error).message}`, {
      hint: 'name a directory that is yours to write with --out',
      cause: error,
    });
  }
}

function namesIn({ directory }: Layout): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).toSorted() : [];
}

/** Nothing of ours is there yet, so that whatever is there is somebody else's, or of a job that nobody can go on with. */
function assertVacant(layout: Layout, path: string, checkpoint: string, isRestart: boolean): void {
  const names = namesIn(layout);
  const isOfCheckpoint = (name: string): boolean =>
    dirname(resolve(checkpoint)) === layout.directory && isFileOf(basename(checkpoint), name);
  const found = names.find((name) => !isOfCheckpoint(name) && (!layout.isSingle || layout.owns(name)));
  if (found === undefined) return;
  const what = layout.isSingle ? `"${join(layout.directory, found)}" is there already` : `"${path}" is not empty`;
  const why = isRestart ? '--restart deletes no files' : 'no checkpoint says that it is of this job';
  throw new FlowError('usage', `${what}, and ${why}`, {
    hint: 'name another place with --out, or move away what is there',
  });
}

/** A checkpoint, what SQLite keeps beside it, or a draft that a crash has left. */
function isFileOf(checkpoint: string, name: string): boolean {
  return name.startsWith(checkpoint) && /^(\.\d+\.new)?(-wal|-shm|-journal)?$/.test(name.slice(checkpoint.length));
}
