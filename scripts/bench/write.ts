import { CannedServer, SCHEMES, type Scheme } from './canned-server.ts';
import { measure } from './child.ts';
import { type Comparison, compare, inTurns } from './comparison.ts';
import { SHAPES, type Shape } from './documents.ts';
import { expect } from './expectation.ts';
import type { SubjectName } from './subjects/index.ts';

/** Upserts in batches: CPU of the client, against the SDK's bulk executor. */
export async function compareWriting(pairs: number, say: (text: string) => void): Promise<Comparison[]> {
  const server = await CannedServer.start();
  try {
    const comparisons: Comparison[] = [];
    for (const scheme of SCHEMES) {
      for (const shape of SHAPES) {
        say(`write over ${scheme}, ${shape}`);
        comparisons.push(await compareOne(server, scheme, shape, pairs));
      }
    }
    return comparisons;
  } finally {
    await server.end();
  }
}

async function compareOne(server: CannedServer, scheme: Scheme, shape: Shape, pairs: number): Promise<Comparison> {
  const cost = (subject: SubjectName, warmUps: number, rounds: number) => async (): Promise<number> => {
    const target = server.target(scheme, shape);
    const { documents, cpuUs } = await measure({ subject, target, warmUps, rounds });
    expect(documents, rounds * ROUND_DOCUMENTS, `documents that ${subject} wrote`);
    const verdict = await server.verdict(shape);
    expect(verdict.operations, (warmUps + rounds) * ROUND_DOCUMENTS, `operations that ${subject} sent`);
    expect(verdict.wrong, 0, `wrong operations among ${verdict.inspected} of ${subject}`);
    if (subject === 'ourSink') expect(verdict.unstripped, 0, `documents with system properties of ${subject}`);
    return cpuUs / documents;
  };
  const values = await inTurns(pairs, { ours: cost('ourSink', 8, 8), naive: cost('sdkBulk', 3, 2) });
  return compare(values.ours, values.naive, {
    what: `write, ${scheme}, ${shape}`,
    unit: 'µs/doc',
    against: 'executeBulkOperations, 10,000 a call',
    kind: 'time',
    demand: AT_LEAST,
  });
}

const ROUND_DOCUMENTS = 10_000;
const AT_LEAST = 10;
