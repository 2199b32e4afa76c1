import type { Change, Sink } from '../contract.ts';
import { type Setting, settingsOf } from '../cosmos/settings.ts';
import { memberIn, withMember } from '../formats/member.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { asBuffer } from '../support/buffers.ts';
import { conditional, leftBy } from './conditional.ts';
import type { Stored } from './stored.ts';

export interface MergingOptions {
  readonly stored: Stored;
  readonly partitionKey: PartitionKeyDefinition;
}

/**
 * A sink that sets what documents have in what the target has, and creates those that it does not have. What is there is
 * read first, and written over only while it still is that version, so that nothing is lost which others write meanwhile:
 * `sink` must write by `conditionally`. A write must not have two changes of one key.
 */
export function merging(sink: Sink, { stored, partitionKey }: MergingOptions): Sink {
  return {
    ...sink,
    async write(changes, range) {
      const found = await stored(changes);
      const wanted: Change[] = [];
      for (const change of changes) {
        const there = found.get(change.key);
        const document = asBuffer(change.document);
        if (change.kind === 'upsert') {
          const merged = there && withSettings(there.text, settingsOf(document, partitionKey));
          wanted.push(conditional(change, there?.etag, merged));
        } else if (there) wanted.push(conditional(change, there.etag));
      }
      if (wanted.length === 0) return undefined;
      return sink.write(wanted, range).catch((error: unknown) => {
        throw leftBy(error);
      });
    },
  };
}

/** The document with parts of it set; all other bytes stay. */
function withSettings(document: Buffer, settings: readonly Setting[]): Buffer {
  return settings.reduce((whole, { names, value }) => withSetting(whole, names, value), document);
}

function withSetting(document: Buffer, [name = '', ...deeper]: readonly string[], value: Buffer): Buffer {
  if (deeper.length === 0) return withMember(document, name, value.toString());
  const inner = memberIn(document, name);
  // What is no object has no part of the key in it.
  const object = Buffer.from(inner?.startsWith('{') ? inner : '{}');
  return withMember(document, name, withSetting(object, deeper, value).toString());
}
