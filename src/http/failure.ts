/** Why a request got no answer. What the system says of a connection, say ECONNREFUSED, is not put into other words. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly reason: Reason;
  /** For those who know errors of connections by their codes. */
  readonly code: string;

  constructor(reason: Reason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.code = CODES[reason];
  }
}

export type Reason = keyof typeof CODES;

const CODES = Object.freeze({
  /** Nothing came for longer than is waited. */
  timeout: 'ETIMEDOUT',
  /** What came breaks the rules of HTTP. */
  'not-http': 'EPROTO',
  /** The connection ended before the answer did. */
  closed: 'ECONNRESET',
  'too-large': 'EMSGSIZE',
});
