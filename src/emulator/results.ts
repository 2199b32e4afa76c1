import { formatCharge } from './charge.ts';
import type { OperationResult } from './operation.ts';

/** The answer to a batch: an array with one result per operation. Documents go in as they are stored. */
export function formatResults(results: readonly OperationResult[]): Buffer {
  const parts: Buffer[] = [];
  let text = '[';
  results.forEach((result, index) => {
    text += `${index === 0 ? '' : ','}${headOf(result)}`;
    if (result.body) {
      parts.push(Buffer.from(`${text},"resourceBody":`), result.body);
      text = '';
    }
    text += '}';
  });
  return Buffer.concat([...parts, Buffer.from(`${text}]`)]);
}

/** A result without its closing brace. */
function headOf({ status, substatus, charge, etag, retryAfterMs, message }: OperationResult): string {
  const head = `{"statusCode":${status}`;
  const sub = substatus === undefined ? '' : `,"subStatusCode":${substatus}`;
  const tag = etag === undefined ? '' : `,"eTag":${JSON.stringify(etag)}`;
  const wait = retryAfterMs === undefined ? '' : `,"retryAfterMilliseconds":${retryAfterMs}`;
  const why = message === undefined ? '' : `,"message":${JSON.stringify(message)}`;
  return `${head}${sub},"requestCharge":${formatCharge(charge)}${wait}${tag}${why}`;
}
