export interface Request {
  /** Scheme, host and port, as in a URL. */
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Must stay as it is until the request is answered. */
  readonly body?: string | Uint8Array | null;
}

export interface Answer {
  readonly status: number;
  /** By name in lower case. The values of a header that came more than once are joined by ", ". */
  readonly headers: Map<string, string>;
  readonly body: Buffer;
}

/** Connections that send requests. */
export interface Asker {
  /** Resolves with the whole of the answer. Rejects when there is none, or when a signal aborts. */
  ask(request: Request, signals: readonly AbortSignal[]): Promise<Answer>;
  /** Rejects what is asked. Resolves when all connections are closed. */
  destroy(): Promise<void>;
}
