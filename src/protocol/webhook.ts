import { createHmac, timingSafeEqual } from 'node:crypto';
import { FlowError } from '../support/error.ts';

/** What is signed (Standard Webhooks): the sender's name for the message, the time of the attempt, the bytes sent. */
export interface Message {
  /** The same for every attempt. */
  readonly id: string;
  /** Of this attempt: whole seconds since 1970, in digits. */
  readonly timestamp: string;
  /** As it goes over the wire, after any compression. */
  readonly body: Uint8Array;
}

export const WEBHOOK_HEADER = Object.freeze({
  id: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
});

/**
 * Secrets as they are configured: base64 of 24 to 64 bytes, with or without `whsec_` before it; several, with spaces
 * between, while one takes the place of another. `source` says to people where the text is from. Throws without telling
 * the secret.
 */
export function webhookSecrets(text: string, source: string): readonly Buffer[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) throw unusable(source, 'it is empty');
  return words.map((word) => {
    const base64 = word.replace(/^whsec_/, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw unusable(source, 'it is not base64');
    const secret = Buffer.from(base64, 'base64');
    if (secret.length < SECRET_BYTES_MIN || secret.length > SECRET_BYTES_MAX) {
      throw unusable(source, `it has ${secret.length} bytes, not ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX}`);
    }
    return secret;
  });
}

/** The value of `webhook-signature`: a signature by each secret, with spaces between. */
export function sign(message: Message, secrets: readonly Uint8Array[]): string {
  return secrets.map((secret) => `${VERSION}${digest(message, secret).toString('base64')}`).join(' ');
}

/** Why a message is not to be believed, or that it is. `old` and `early` are more than `toleranceMs` from `nowMs`. */
export type Verdict = 'genuine' | 'unsigned' | 'old' | 'early' | 'forged';

/**
 * Genuine is what carries a signature by one of the secrets and was sent within `toleranceMs` of now. How long it takes
 * does not tell how much of a signature is right.
 */
export function verify(
  { id = '', timestamp = '', signature = '', body }: Received,
  secrets: readonly Uint8Array[],
  { nowMs, toleranceMs = TOLERANCE_MS }: { readonly nowMs: number; readonly toleranceMs?: number },
): Verdict {
  if (id === '' || signature === '' || !/^\d{1,12}$/.test(timestamp)) return 'unsigned';
  // The signature first: who cannot sign is not told what else is wrong.
  const expected = secrets.map((secret) => digest({ id, timestamp, body }, secret));
  const given = signature.split(' ').slice(0, SIGNATURES_MAX).flatMap(digestIn);
  const isGenuine = given.map((one) => expected.some((other) => timingSafeEqual(one, other))).includes(true);
  if (!isGenuine) return 'forged';
  const ageMs = nowMs - Number(timestamp) * 1000;
  if (ageMs > toleranceMs) return 'old';
  return ageMs < -toleranceMs ? 'early' : 'genuine';
}

/** As the headers say, where there are any. */
interface Received {
  readonly id?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly signature?: string | undefined;
  readonly body: Uint8Array;
}

const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
const TOLERANCE_MS = 5 * 60_000;
const VERSION = 'v1,';
const DIGEST_BYTES = 32;
/** More than a rotation needs, and few enough that nobody is kept busy. */
const SIGNATURES_MAX = 16;

function digest({ id, timestamp, body }: Message, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest();
}

/** The digest in a signature; nothing, if it is of another kind. */
function digestIn(signature: string): Buffer[] {
  if (!signature.startsWith(VERSION)) return [];
  const bytes = Buffer.from(signature.slice(VERSION.length), 'base64');
  return bytes.length === DIGEST_BYTES ? [bytes] : [];
}

function unusable(source: string, why: string): FlowError {
  return new FlowError('configuration', `the webhook secret in ${source} cannot be used: ${why}`, {
    hint: `make one: echo "whsec_$(openssl rand -base64 32)"`,
  });
}
