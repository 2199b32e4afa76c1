import type { Socket } from 'node:net';
import { buildConnector } from 'undici';

/**
 * Makes connections that are read into one buffer, which all of them share. A socket otherwise gets a new buffer for
 * every piece of 16 or 64 KB that arrives, and those cost more than everything else that is done to read a page:
 * they are thrown away outside of the heap, where the collector sees them late. So whoever is given a piece of an answer
 * has to copy it before returning.
 */
export function inPlaceConnector(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector({ ...options, allowH2: false, ...{ onread: { buffer: SHARED, callback: receive } } });
  return (target, callback) =>
    connect(target, (...result) => {
      if (result[1]) readInPlace(result[1]);
      callback(...result);
    });
}

const SHARED = Buffer.allocUnsafeSlow(64 * 1024);

/** What has just arrived, as long as nobody has read it. */
let arrived: { readonly socket: Socket; readonly bytes: Buffer } | undefined;

/** Called by a socket when the buffer holds `length` bytes for it. Returns whether it is to go on reading. */
function receive(this: Socket, length: number): boolean {
  const bytes = SHARED.subarray(0, length);
  if (this.readableLength === 0) {
    arrived = { socket: this, bytes };
    this.emit('readable');
    if (arrived === undefined) return true;
    arrived = undefined;
  }
  // Whoever reads is busy: it gets a copy, in the way of any stream.
  return this.push(Buffer.from(bytes));
}

function readInPlace(socket: Socket): void {
  const read = socket.read.bind(socket);
  const unshift = socket.unshift.bind(socket);
  socket.read = (size?: number) => {
    if (size !== undefined || arrived?.socket !== socket) return read(size);
    const { bytes } = arrived;
    arrived = undefined;
    return bytes;
  };
  // What a reader that pauses hands back has to outlive the next piece.
  socket.unshift = (bytes: Uint8Array) => unshift(Buffer.from(bytes));
}
