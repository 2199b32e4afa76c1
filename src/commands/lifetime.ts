import type { Source } from '../contract.ts';
import { type ContainerFacts, countsDown } from '../cosmos/container.ts';
import { memberIn, withMember } from '../formats/member.ts';
import { propertyNames } from '../protocol/partition-key.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { type Edit, edited } from '../sources/edited.ts';
import { keptTime, remainingTtl, withoutTtl } from '../sources/time-to-live.ts';
import { FlowError } from '../support/error.ts';
import type { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';

export interface LifetimeOptions {
  readonly ttlMode: 'remaining' | 'keep' | 'drop' | undefined;
  readonly keepTs: string | undefined;
}

/** What the flags make of the times in documents. */
export interface Lifetime {
  /** A job with other documents is another job. */
  mode(of: string): string;
  /** `facts` are those of the container that documents come from. */
  wrap(source: Source, facts: ContainerFacts, tally: Tally): Source;
  /** Says what happens to documents that expire, if there may be any. */
  announce(facts: ContainerFacts, talk: Context['talk']): void;
}

export function lifetime({ ttlMode: ttl, keepTs }: LifetimeOptions): Lifetime {
  return {
    mode: (of) => [of, ttl && `ttl ${ttl}`, keepTs && `keep-ts ${keepTs}`].filter(Boolean).join(', '),
    wrap(source, facts, tally) {
      const edits = [editOf(ttl, facts), keepTs === undefined ? undefined : keptTime(ownName(keepTs, facts))];
      return edits.reduce<Source>((wrapped, edit) => (edit ? edited(wrapped, edit, tally) : wrapped), source);
    },
    announce(facts, talk) {
      if (!countsDown(facts) || ttl === 'drop') return;
      talk.note(
        ttl === 'keep'
          ? 'documents expire: their time to live begins anew in the target'
          : 'documents expire: each keeps what is left of its time to live, and what has expired is not copied; --ttl-mode keep copies them as they are',
      );
    },
  };
}

/** Documents of a container as they are to be written elsewhere by hand, with at least a second left. */
export function relived(facts: ContainerFacts): (text: Buffer) => Buffer {
  const edit = editOf('remaining', facts);
  return (document) => {
    if (!edit) return document;
    const time = Number(memberIn(document, '_ts'));
    return edit(document, { key: '', kind: 'upsert', document, time }) ?? withMember(document, 'ttl', '1');
  };
}

function editOf(ttl: LifetimeOptions['ttlMode'] = 'remaining', facts: ContainerFacts): Edit | undefined {
  if (ttl === 'drop') return withoutTtl;
  if (ttl === 'keep' || !countsDown(facts)) return undefined;
  return remainingTtl({ defaultTtl: facts.definition.defaultTtl as number, now: facts.now });
}

/** A name for a property that means nothing else. */
export function ownName(name: string, { partitionKey }: Pick<ContainerFacts, 'partitionKey'>): string {
  const taken = ['', 'id', 'ttl', ...SYSTEM_PROPERTIES, ...partitionKey.paths.map((path) => propertyNames(path)[0])];
  if (!taken.includes(name)) return name;
  throw new FlowError('usage', `--keep-ts: "${name}" means something else in documents`, {
    hint: 'name a property of its own, as in --keep-ts sourceTs',
  });
}
