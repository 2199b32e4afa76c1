import type { Container, CosmosClient, SqlQuerySpec } from '@azure/cosmos';
import type { Range } from '../contract.ts';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { type ContainerFacts, containerOf } from './container.ts';
import { faultOf } from './faults.ts';
import type { RawPages } from './raw-pages.ts';
import { type PhysicalRange, readRanges } from './routing.ts';

export interface QueryRequest {
  readonly query: SqlQuerySpec;
  readonly maxItemCount: number;
  /** Where the page before it says that the query goes on; `undefined` at its beginning. */
  readonly token: string | undefined;
}

export interface QueryPage {
  /** The answer, byte for byte. */
  readonly body: Buffer;
  /** `undefined` at the end. */
  readonly token: string | undefined;
  /** Of the container that has answered, where the service says it. */
  readonly rid: string | undefined;
  /** By the clock of the server, and no later than it began to look, in ms since 1970; NaN where it does not say. */
  readonly askedAt: number;
}

/** Asks parts of a container for the results of a query, over the physical ranges as they are. */
export class QueryPages {
  readonly #container: Container;
  readonly #pages: RawPages;
  #ranges: Promise<readonly PhysicalRange[]> | undefined;

  constructor({ client, pages }: { readonly client: CosmosClient; readonly pages: RawPages }, facts: ContainerFacts) {
    this.#container = containerOf(client, facts);
    this.#pages = pages;
  }

  /** What lies in each physical range: one piece for each, more than one when the range has been split. */
  async piecesOf({ min, max }: Range): Promise<readonly Range[]> {
    const ranges = await this.#overlapping({ min, max });
    return ranges.map((range) => ({ min: range.min > min ? range.min : min, max: range.max < max ? range.max : max }));
  }

  /** A page of a range that lies in one piece. Rejects with 410 when it does not any more. */
  async ask(range: Range, { query, maxItemCount, token }: QueryRequest): Promise<QueryPage> {
    const [physical] = await this.#overlapping(range);
    const started = performance.now();
    const iterator = this.#container.items.query(query, {
      maxItemCount,
      initialHeaders: headersFor(range, physical as PhysicalRange),
      ...(token !== undefined && { continuationToken: token }),
    });
    const { resources } = await iterator.fetchNext().catch((error: unknown) => {
      if (faultOf(error)?.status === STATUS.gone) this.#ranges = undefined;
      throw error;
    });
    const { headers, body } = this.#pages.takeAnswer(resources[0]);
    return {
      body,
      token: headers.get(HEADER.continuation) || undefined,
      rid: headers.get(HEADER.contentPath),
      askedAt: Date.parse(headers.get(HEADER.dateOfAnswer) ?? '') - (performance.now() - started),
    };
  }

  async #overlapping({ min, max }: Range): Promise<readonly PhysicalRange[]> {
    this.#ranges ??= readRanges(this.#container);
    try {
      return (await this.#ranges).filter((range) => range.min < max && range.max > min);
    } catch (error) {
      this.#ranges = undefined;
      throw error;
    }
  }
}

/** What was a range by itself may be a part of one since: ranges merge. */
function headersFor(range: Range, { id, min, max }: PhysicalRange): Record<string, string> {
  const isWhole = range.min === min && range.max === max;
  const bounds = {
    [HEADER.startEpk]: range.min,
    [HEADER.endEpk]: range.max,
    [HEADER.readKeyType]: 'EffectivePartitionKeyRange',
  };
  return { [HEADER.rangeId]: id, ...(!isWhole && bounds) };
}
