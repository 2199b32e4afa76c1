import { resultsOf } from '../../sql/execution.ts';
import { parseQuery, refusingSqlErrors } from '../query-body.ts';

/** The resources, as clients see them, that a query asks for. */
export function queryResources(body: Buffer, resources: readonly unknown[]): unknown[] {
  const query = parseQuery(body);
  return refusingSqlErrors(() => resultsOf(query, resources));
}
