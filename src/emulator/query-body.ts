import { STATUS } from '../protocol/status.ts';
import { prepareQuery, type Query, type QueryParameter } from '../sql/query.ts';
import type { MetricOf } from '../sql/scope.ts';
import { SqlError } from '../sql/sql-error.ts';
import { isObject, parseJsonObject } from './json-body.ts';
import { badRequest, Refusal } from './refusal.ts';

/** The query in the body `{"query":"…","parameters":[{"name":"@x","value":1}]}`, ready to run. */
export function parseQuery(body: Buffer, metricOf?: MetricOf): Query {
  const { query, parameters = [] } = parseJsonObject(body);
  if (typeof query !== 'string') throw badRequest('The body has no query text.');
  if (query.length > QUERY_MAX) throw badRequest(`The query is longer than ${QUERY_MAX} characters.`);
  if (!Array.isArray(parameters) || !parameters.every(isParameter))
    throw badRequest('The query parameters are invalid.');
  return refusingSqlErrors(() => prepareQuery(query, parameters, metricOf));
}

/** Runs a part of a query; what is wrong with the query becomes 400, with the place in its text. */
export function refusingSqlErrors<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { code, message, start, end } = error;
    const errors = [{ severity: 'Error', location: { start, end }, code, message }];
    throw new Refusal(STATUS.badRequest, message, { errors });
  }
}

const QUERY_MAX = 262_144;

function isParameter(value: unknown): value is QueryParameter {
  return isObject(value) && typeof value.name === 'string';
}
