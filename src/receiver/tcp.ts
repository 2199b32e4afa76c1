import { createServer, type Server, type Socket } from 'node:net';
import { linesIn } from './events.ts';
import { type Intake, refusalOf, take } from './intake.ts';
import { Refusal } from './refusal.ts';

// What is said over a connection: a batch is its documents, one a line, and an empty line. It is answered, once it is
// stored, with the line `ack N`, where N is how many documents it had. A batch that is not taken is answered with a line
// that says why, and the connection is ended. Batches have no names, so that one that is sent again is stored again.

/** A server, not yet listening, that acknowledges batches of lines. */
export class TcpServer {
  readonly server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(intake: Intake) {
    this.server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // However it ends, its sender sees that there was no acknowledgement.
      socket.on('error', () => {});
      socket.on('timeout', () => socket.destroy());
      void converse(socket, intake).catch(() => socket.destroy());
    });
    this.server.maxConnections = CONNECTIONS_MAX;
  }

  closeAllConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Each may have a batch in memory. */
const CONNECTIONS_MAX = 16;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;
/** How long a batch may pause before its end. */
const PAUSE_MS = 30_000;

async function converse(socket: Socket, intake: Intake): Promise<void> {
  try {
    for await (const batch of batchesIn(socket)) {
      const over = intake.work.begin();
      const outcome = await store(batch, intake).finally(over);
      if (outcome === 'hang') return;
      if (outcome === 'drop') return void socket.destroy();
      if (outcome === 'fail') return void socket.end('refused: asked to fail\n');
      socket.write(`ack ${outcome}\n`);
      if (intake.signal.aborted) return void socket.end();
    }
    socket.end();
  } catch (error) {
    // A sender that goes away in the middle of a batch is not an error of anybody here.
    if (!socket.destroyed) socket.end(`refused: ${refusalOf(error, intake).message}\n`);
  }
}

/** Batches as they come, each with the line feed of its last line. Throws a Refusal for too much. */
async function* batchesIn(socket: Socket): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    let rest = chunk;
    for (let end = endOfBatch(rest, pieces); end >= 0; end = endOfBatch(rest, pieces)) {
      yield Buffer.concat([...pieces, rest.subarray(0, end)]);
      rest = rest.subarray(end + 1);
      pieces = [];
      bytes = 0;
    }
    if (rest.length > 0) pieces.push(rest);
    bytes += rest.length;
    if (bytes > BATCH_BYTES_MAX) throw new Refusal(413, `a batch has more than ${BATCH_BYTES_MAX} bytes`);
    socket.setTimeout(bytes > 0 ? PAUSE_MS : 0);
  }
}

/** Where in the chunk the empty line is that ends the batch which has begun with `pieces`; -1 if it is not there. */
function endOfBatch(chunk: Buffer, pieces: readonly Buffer[]): number {
  const before = pieces.at(-1)?.at(-1) ?? LINE_FEED;
  if (before === LINE_FEED && chunk[0] === LINE_FEED) return 0;
  const at = chunk.indexOf(END);
  return at < 0 ? -1 : at + 1;
}

const END = '\n\n';
const LINE_FEED = 0x0a;

/** How many documents are stored now; or what is to happen instead of saying so. */
async function store(batch: Buffer, intake: Intake): Promise<number | 'hang' | 'drop' | 'fail'> {
  const events = linesIn(batch);
  const outcome = await take({ name: undefined, events }, intake);
  if (typeof outcome === 'object') return events.length;
  // There are no statuses here.
  return typeof outcome === 'number' ? 'fail' : outcome;
}
