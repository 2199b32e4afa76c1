import { CannedServer, SCHEMES, type Scheme } from './canned-server.ts';
import { measure } from './child.ts';
import { type Comparison, compare, inTurns, median } from './comparison.ts';
import { SHAPES, type Shape } from './documents.ts';
import { expect } from './expectation.ts';
import { FEED_DOCUMENTS } from './servers/feed-size.ts';
import type { SubjectName } from './subjects/index.ts';

/** The change feed as lines to nowhere: CPU of the client, against the cheaper of two scripts. */
export async function compareReading(pairs: number, say: (text: string) => void): Promise<Comparison[]> {
  const server = await CannedServer.start();
  try {
    const comparisons: Comparison[] = [];
    for (const scheme of SCHEMES) {
      for (const shape of SHAPES) {
        say(`read over ${scheme}, ${shape}`);
        comparisons.push(await compareOne(server, scheme, shape, pairs));
      }
    }
    return comparisons;
  } finally {
    await server.end();
  }
}

async function compareOne(server: CannedServer, scheme: Scheme, shape: Shape, pairs: number): Promise<Comparison> {
  const outputs = new Set<string>();
  const cost = (subject: SubjectName, warmUps: number, rounds: number) => async (): Promise<number> => {
    const target = server.target(scheme, shape);
    const { documents, bytes, cpuUs, fingerprint } = await measure({ subject, target, warmUps, rounds });
    expect(documents, rounds * FEED_DOCUMENTS, `documents that ${subject} read`);
    outputs.add(`${bytes / rounds} bytes, sum ${fingerprint}`);
    return cpuUs / documents;
  };
  const values = await inTurns(pairs, {
    ours: cost('ourFeed', 3, 3),
    byPage: cost('sdkFeedByPage', 1, 1),
    byDocument: cost('sdkFeedByDocument', 1, 1),
  });
  expect(outputs.size, 1, `outputs (${[...outputs].join('; ')})`);
  const pageIsCheaper = median(values.byPage) <= median(values.byDocument);
  return compare(values.ours, pageIsCheaper ? values.byPage : values.byDocument, {
    what: `read, ${scheme}, ${shape}`,
    unit: 'µs/doc',
    against: `SDK feed, a write per ${pageIsCheaper ? 'page' : 'document'}`,
    kind: 'time',
    demand: scheme === 'https' ? AT_LEAST : undefined,
  });
}

const AT_LEAST = 3;
