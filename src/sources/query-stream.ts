import type { Change, Continuation, Range, Source } from '../contract.ts';
import { EVERYTHING } from '../contract.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, containerOf } from '../cosmos/container.ts';
import { faultOf, isTransient } from '../cosmos/faults.ts';
import type { RawPages } from '../cosmos/raw-pages.ts';
import { buffers } from '../support/buffers.ts';
import { FlowError } from '../support/error.ts';
import type { QueryOptions } from './query.ts';
import { QueryChange, type Result, resultsIn } from './query-results.ts';

/**
 * The results of any query, put together by the SDK over all ranges. There is no position in the middle of them: whoever
 * goes on from anywhere but the end begins again. So a failure between two pages is the user's to know.
 */
export function queryStream(connection: Connection, facts: ContainerFacts, options: QueryOptions): Source {
  const { client, pages } = connection.reader(options.signal, 'of all ranges');
  return {
    starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
    async *pages(range, from, signal) {
      if (from === END) return;
      const { text, parameters, maxItemCount } = options;
      const query = { query: text, parameters: [...parameters] };
      const iterator = containerOf(client, facts).items.query(query, { maxItemCount });
      let given = 0;
      while (iterator.hasMoreResults() && !signal.aborted) {
        const response = await iterator.fetchNext().catch((error: unknown) => {
          if (!signal.aborted) throw given > 0 ? interrupted(error, options) : options.explain(error);
        });
        if (!response) return;
        const { results, release } = resultsOf(response.resources ?? [], pages);
        const changes = results.map((result, index) => changeOf(result, range, given + index));
        given += results.length;
        yield { changes, resumeAt: iterator.hasMoreResults() ? MIDDLE : END, ...(release && { release }) };
      }
    },
  };
}

const MIDDLE = 'started' as Continuation;
const END = 'finished' as Continuation;

/** Bytes as they came, unless the SDK has put results together. */
function resultsOf(found: readonly unknown[], pages: RawPages): { results: readonly Result[]; release?: () => void } {
  if (!pages.isTicket(found[0])) {
    return { results: found.map((value) => ({ document: Buffer.from(JSON.stringify(value)), stamps: undefined })) };
  }
  const body = pages.take(found[0]);
  return { results: resultsIn(body, undefined), release: () => buffers.giveBack(body) };
}

function changeOf(result: Result, range: Range, index: number): Change {
  return new QueryChange(result, undefined, { query: '', range, from: '', index });
}

function interrupted(error: unknown, { explain }: QueryOptions): unknown {
  const fault = faultOf(error);
  if (!fault || !isTransient(fault)) return explain(error);
  return new FlowError('source_unavailable', `the query stopped between two pages: ${fault.message}`, {
    hint: 'the service has no position in the middle of such a query: run the command again, and it starts over',
    cause: error,
  });
}
