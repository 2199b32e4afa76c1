import { HEADER_VALUE, TOKEN } from '../../http/token.ts';
import { WEBHOOK_HEADER } from '../../protocol/webhook.ts';
import { FlowError } from '../../support/error.ts';

/** How a body can be compressed. */
export const CONTENT_ENCODINGS = ['gzip', 'zstd'] as const;
export type ContentEncoding = (typeof CONTENT_ENCODINGS)[number];

/** Says what happened to the document of a request that has only one. */
export const OPERATION_HEADER = 'cosmosflow-operation';

/** The name of a header that a user may set, in lower case. Throws for others. */
export function headerName(text: string): string {
  const name = text.trim().toLowerCase();
  if (!TOKEN.test(name)) throw new FlowError('usage', `"${text}" is not the name of a header`);
  if (OURS.has(name)) throw new FlowError('usage', `the header "${name}" is not to be set: cosmosflow sets it`);
  return name;
}

/** A value as it goes over the wire. Throws, without telling it, for what could be taken for another header. */
export function headerValue(name: string, text: string): string {
  const value = text.trim();
  if (HEADER_VALUE.test(value)) return value;
  throw new FlowError('usage', `the value of the header "${name}" cannot be sent`, {
    hint: 'it must be one line of Latin-1 characters',
  });
}

/** Whether values of the header tend to be secrets, going by its name. */
export function isSecret(name: string): boolean {
  return /auth|cookie|key|token|secret|password|credential|signature/.test(name);
}

/** They say what is sent, or belong to the connection. */
const OURS: ReadonlySet<string> = new Set([
  ...Object.values(WEBHOOK_HEADER),
  OPERATION_HEADER,
  'idempotency-key',
  'content-type',
  'content-encoding',
  'content-length',
  'accept-encoding',
  'transfer-encoding',
  'host',
  'connection',
  'keep-alive',
  'expect',
  'te',
  'trailer',
  'upgrade',
]);
