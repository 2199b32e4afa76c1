import type { Sink } from '../../src/contract.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { retrying } from '../../src/sinks/retrying.ts';
import { strict } from '../../src/sinks/strict.ts';
import type { SinkRig } from '../contract/sink.ts';
import { type ContainerRig, type ContainerRigOptions, useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';

export type CosmosSinkRig = ContainerRig & SinkRig;

/** A sink into the container `db/items` of a fresh server. */
export async function openCosmosSink(options: ContainerRigOptions = {}): Promise<CosmosSinkRig> {
  const rig = await useContainer(options);
  const sink = cosmosSink(rig.connection, rig.facts, { concurrency: 4 });
  return Object.assign(rig, { sink, contents: () => contentsOf(rig.emulator, 'db/items') });
}

/** The same sink as a command has it. */
export function patient(sink: Sink, budgetMs: number): Sink {
  return strict(retrying(sink, { budgetMs, signal: new AbortController().signal }));
}

/** A sink that keeps documents in memory, by key. */
export function memorySink(): SinkRig {
  const documents = new Map<string, string>();
  return {
    sink: {
      write: async (changes) => {
        for (const { key, kind, document } of changes) {
          if (kind === 'delete') documents.delete(key);
          else documents.set(key, Buffer.from(document).toString());
        }
      },
      close: async () => {},
    },
    contents: async () => [...documents.values()].sort(),
  };
}
