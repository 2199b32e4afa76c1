import type { Change, Continuation, Page, Position, Range, Source } from '../../src/contract.ts';

/** A version of a document of a container with the key `/pk`. */
export function upsert(id: string, version = 1): Change {
  return changeOf('upsert', { id, pk: `key of ${id}`, version });
}

export function removal(id: string): Change {
  return changeOf('delete', { id, pk: `key of ${id}` });
}

/** Everything that there is to read of a range after `from`. */
export async function pagesOf(source: Source, range: Range, from?: Continuation): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of source.pages(range, from, new AbortController().signal)) pages.push(page);
  return pages;
}

/** Everything that there is to read of a source, followed through splits. */
export async function readAll(source: Source): Promise<Change[]> {
  const changes: Change[] = [];
  const left = (await source.starts()).map(({ range, resumeAt }) => ({ range, from: resumeAt }));
  for (const { range, from } of left) {
    for (const page of await pagesOf(source, range, from)) {
      changes.push(...page.changes);
      left.push(...(page.split ?? []).map((next) => ({ range: next.range, from: next.resumeAt })));
    }
  }
  return changes;
}

export async function rangesOf(source: Source): Promise<readonly Range[]> {
  return (await source.starts()).map(({ range }) => range);
}

/** For a checkpoint to begin with. */
export function startOf(range: Range): Position {
  return { range, resumeAt: undefined };
}

export function textOf({ document }: Change): string {
  return Buffer.from(document).toString();
}

export function idOf(change: Change): string {
  return (JSON.parse(textOf(change)) as { id: string }).id;
}

function changeOf(kind: Change['kind'], document: { id: string; pk: string; version?: number }): Change {
  const key = `${JSON.stringify(document.id)},${JSON.stringify(document.pk)}`;
  return { key, kind, document: Buffer.from(JSON.stringify(document)) };
}
