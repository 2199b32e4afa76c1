import { measure } from './child.ts';
import { EmbeddedServer, withDataFile } from './embedded-server.ts';
import { expect } from './expectation.ts';
import { type Rate, rateOf } from './rate.ts';
import type { SubjectName } from './subjects/index.ts';
import type { Target } from './subjects/subject.ts';

/** The embedded server with its data in a file, each commit on disk: what it does for one client on another core. */
export async function measureServer(rounds: number, say: (text: string) => void): Promise<Rate[]> {
  const rate = async (what: string, subject: SubjectName, target: Target, demand?: number): Promise<Rate> => {
    say(what);
    const measurement = await measure({ subject, target, warmUps: WARM_UPS, rounds });
    return rateOf(what, UNITS[subject] ?? 'docs/s', measurement, demand);
  };
  const plain = await withServer(false, async (server) => {
    const orders = await server.target('orders');
    const versions = await server.target('versions', { changeFeedPolicy: { retentionDuration: 10 } });
    const points = await server.target('points');
    const rates = [
      await rate('upserts of new documents, batches of 100', 'newOrders', orders, UPSERTS_AT_LEAST),
      await rate('upserts of known documents, batches of 100', 'ourSink', orders, UPSERTS_AT_LEAST),
      await rate('change feed, latest version', 'ourFeedAtOnce', orders, CHANGES_AT_LEAST),
      await rate('query with a filter', 'filter', orders),
      await rate('upserts of new documents, all versions kept', 'newOrders', versions),
      await rate('creates, one by one', 'pointCreates', points),
      await rate('reads, one by one', 'pointReads', points),
    ];
    const written = (WARM_UPS + rounds) * ROUND_DOCUMENTS;
    expect(await server.count('orders'), written, 'documents in the container');
    expect(await server.count('versions'), written, 'documents in the container with all versions');
    return rates;
  });
  const secure = await withServer(true, async (server) => [
    await rate('upserts of new documents, https', 'newOrders', await server.target('orders')),
  ]);
  return [...plain, ...secure];
}

const UPSERTS_AT_LEAST = 15_000;
const CHANGES_AT_LEAST = 100_000;
const WARM_UPS = 2;
const ROUND_DOCUMENTS = 20_000;
const UNITS: Partial<Record<SubjectName, string>> = { filter: 'docs looked at/s' };

function withServer<Result>(tls: boolean, work: (server: EmbeddedServer) => Promise<Result>): Promise<Result> {
  return withDataFile(async (file) => {
    const server = await EmbeddedServer.start(file, tls);
    try {
      return await work(server);
    } finally {
      await server.end();
    }
  });
}
