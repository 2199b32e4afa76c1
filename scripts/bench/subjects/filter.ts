import { containerOf } from '../../../src/cosmos/container.ts';
import { readRanges } from '../../../src/cosmos/routing.ts';
import { HEADER } from '../../../src/protocol/headers.ts';
import { Caller } from './caller.ts';
import { connect } from './our-connection.ts';
import type { Open } from './subject.ts';

/** A query that finds one document in eight, range after range; what it looks through is counted. */
export const open: Open = async (target) => {
  const { connection, facts } = await connect(target);
  const ranges = await readRanges(containerOf(connection.client, facts));
  await connection.close();
  const caller = new Caller(target);
  return {
    async round() {
      let found = 0;
      for (const { id } of ranges) found += await query(caller, id);
      if (found === 0) throw new Error('the query found nothing');
      return { documents: facts.documentCount ?? 0, bytes: 0 };
    },
    close: () => caller.close(),
  };
};

const BODY = JSON.stringify({ query: "SELECT * FROM c WHERE c.status = 'paid' AND c.total > 500", parameters: [] });

async function query(caller: Caller, rangeId: string): Promise<number> {
  let found = 0;
  for (let continuation: string | undefined = ''; continuation !== undefined; ) {
    const answer = await caller.ask('POST', '', headersOf(rangeId, continuation), BODY);
    found += Number(answer.headers.get(HEADER.itemCount));
    continuation = answer.headers.get(HEADER.continuation);
  }
  return found;
}

function headersOf(rangeId: string, continuation: string): Record<string, string> {
  return {
    'content-type': 'application/query+json',
    [HEADER.isQuery]: 'true',
    [HEADER.rangeId]: rangeId,
    [HEADER.maxItemCount]: '1000',
    ...(continuation !== '' && { [HEADER.continuation]: continuation }),
  };
}
