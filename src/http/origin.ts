import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';

/** A server, and what is needed to connect to it. */
export class Origin {
  /** As requests name it. */
  readonly host: string;
  readonly #address: { readonly host: string; readonly port: number };
  readonly #secureContext: SecureContext | undefined;
  /** The last that the server has given out; it makes the next connection a cheaper one. */
  #session: Buffer | undefined;

  /** Throws when `text` is not scheme, host and port alone. */
  constructor(text: string, secureContext: () => SecureContext) {
    const url = URL.parse(text);
    if (!url || !(url.protocol in PORTS) || !isBare(url)) throw new TypeError(`"${text}" is no origin`);
    const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.host = url.host;
    this.#address = { host: hostname, port: Number(url.port) || (PORTS[url.protocol] as number) };
    this.#secureContext = url.protocol === 'https:' ? secureContext() : undefined;
  }

  /** Whatever the socket reads goes to `onread`. `connected` is called once it may be written to. */
  connect(onread: OnReadOpts, connected: () => void): Socket {
    const socket = this.#secureContext ? this.#connectTls(this.#secureContext, onread) : this.#connectTcp(onread);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    // Not before the certificate is verified.
    return socket.once(this.#secureContext ? 'secureConnect' : 'connect', connected);
  }

  #connectTcp(onread: OnReadOpts): Socket {
    return connectTcp({ ...this.#address, onread });
  }

  #connectTls(secureContext: SecureContext, onread: OnReadOpts): TLSSocket {
    const { host } = this.#address;
    const socket = connectTls({
      ...this.#address,
      // Servers are told names, not addresses; either is what the certificate must be for.
      ...(isIP(host) === 0 && { servername: host }),
      ...(this.#session && { session: this.#session }),
      ALPNProtocols: ['http/1.1'],
      secureContext,
      // The types do not know that sockets with TLS have it, too.
      ...{ onread },
    });
    return socket.on('session', (session) => {
      // A resumed session is not verified again.
      if (socket.authorized) this.#session = session;
    });
  }
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
/** Networks forget connections that are silent for minutes. */
const KEEP_ALIVE_MS = 60_000;

function isBare({ pathname, search, hash, username, password }: URL): boolean {
  return pathname === '/' && `${search}${hash}${username}${password}` === '';
}
