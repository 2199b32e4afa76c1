/** What came back over a connection. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

interface Part {
  readonly answer: Answer;
  /** Where the bytes of the next one begin. */
  readonly end: number;
}

/** The answer that begins at `start`, if it is whole. Throws for what is not HTTP. */
export function readAnswer(bytes: Buffer, start: number, method: string): Part | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n', start);
  if (headEnd < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', start, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new Error(`not an answer: ${JSON.stringify(first.slice(0, 80))}`);
  if (status < 200) return readAnswer(bytes, headEnd + 4, method);
  const headers = new Map(lines.map((line) => split(line)));
  const body = bodyAt(bytes, headEnd + 4, hasNoBody(method, status) ? NO_BODY : headers);
  return body && { answer: { status, headers, body: body.bytes }, end: body.end };
}

const NO_BODY: ReadonlyMap<string, string> = new Map([['content-length', '0']]);

function hasNoBody(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

function split(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

interface Body {
  readonly bytes: Buffer;
  readonly end: number;
}

function bodyAt(bytes: Buffer, start: number, headers: ReadonlyMap<string, string>): Body | undefined {
  const length = headers.get('content-length');
  if (length === undefined) return chunksAt(bytes, start);
  const end = start + Number(length);
  return end > bytes.length ? undefined : { bytes: bytes.subarray(start, end), end };
}

function chunksAt(bytes: Buffer, start: number): Body | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    const end = lineEnd + 2 + size;
    if (bytes.length < end + 2) return undefined;
    if (size === 0) return { bytes: Buffer.concat(chunks), end: end + 2 };
    chunks.push(bytes.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
