import type { Change, Page, Source } from '../contract.ts';
import type { Tally } from '../support/tally.ts';
import { detached } from './detached.ts';

/**
 * The same source without the documents that are not wanted; those that are keep their bytes. Deletes pass: nobody knows
 * any more what was in the document. A page that nothing is left of still moves its range on.
 */
export function filtered(source: Source, isWanted: (document: unknown) => boolean, tally: Tally): Source {
  const passes = ({ kind, document }: Change): boolean =>
    kind === 'delete' || isWanted(JSON.parse(Buffer.from(document).toString('utf8')));
  return {
    ...source,
    async *pages(range, from, signal) {
      for await (const page of source.pages(range, from, signal)) {
        const wanted = page.changes.filter(passes);
        const isWhole = wanted.length === page.changes.length;
        tally.dropped(page.changes.length - wanted.length);
        yield isWhole ? page : apart(page, wanted);
      }
    },
  };
}

/** A page in memory of its own: for some of its documents, that of all of them would be held. */
function apart({ release, ...page }: Page, wanted: readonly Change[]): Page {
  const changes = wanted.map((change) => detached(change));
  release?.();
  return { ...page, changes };
}
