import type { Change, Continuation, Page, Range, Source } from '../contract.ts';
import { EVERYTHING } from '../contract.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, containerOf } from '../cosmos/container.ts';
import { faultOf, isTransient } from '../cosmos/faults.ts';
import { FlowError } from '../support/error.ts';
import type { QueryOptions } from './query.ts';
import { QueryChange } from './query-results.ts';

/**
 * The results of any query, put together by the SDK over all ranges. There is no position in the middle of them: whoever
 * goes on from anywhere but the end begins again. So a failure between two pages is the user's to know.
 */
export function queryStream(connection: Connection, facts: ContainerFacts, options: QueryOptions): Source {
  return {
    starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
    async *pages(range, from, signal) {
      if (from === END) return;
      const { text, parameters, maxItemCount } = options;
      const query = { query: text, parameters: [...parameters] };
      const iterator = containerOf(connection.client, facts).items.query(query, { maxItemCount });
      let given = 0;
      while (iterator.hasMoreResults() && !signal.aborted) {
        const response = await iterator.fetchNext().catch((error: unknown) => {
          if (!signal.aborted) throw given > 0 ? interrupted(error, options) : options.explain(error);
        });
        if (!response) return;
        yield pageOf(response.resources ?? [], iterator.hasMoreResults() ? MIDDLE : END, { range, given });
        given += response.resources?.length ?? 0;
      }
    },
  };
}

const MIDDLE = 'started' as Continuation;
const END = 'finished' as Continuation;

function pageOf(results: readonly unknown[], resumeAt: Continuation, place: { range: Range; given: number }): Page {
  const changes = results.map((result, index): Change => {
    const document = Buffer.from(JSON.stringify(result));
    return new QueryChange({ document, stamps: undefined }, undefined, {
      query: '',
      range: place.range,
      from: '',
      index: place.given + index,
    });
  });
  return { changes, resumeAt };
}

function interrupted(error: unknown, { explain }: QueryOptions): unknown {
  const fault = faultOf(error);
  if (!fault || !isTransient(fault)) return explain(error);
  return new FlowError('source_unavailable', `the query stopped between two pages: ${fault.message}`, {
    hint: 'the service has no position in the middle of such a query: run the command again, and it starts over',
    cause: error,
  });
}
