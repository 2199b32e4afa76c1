import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Certificate, selfSigned } from '../../src/emulator/certificate.ts';

export interface TlsProxy {
  readonly endpoint: string;
  readonly certificate: Certificate;
  close(): Promise<void>;
}

/** Serves over HTTPS what a server on this machine serves over HTTP. */
export async function startTlsProxy(behind: string): Promise<TlsProxy> {
  const certificate = selfSigned();
  const server = createServer(certificate, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const forwarded = request(behind, { method, path: url, headers: { ...headers, host: new URL(behind).host } });
    forwarded.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        // The account says where it is.
        const text = Buffer.concat(chunks).toString('latin1').replaceAll(behind, `https://${headers.host}`);
        const { 'content-length': _, ...rest } = response.headers;
        outgoing.writeHead(response.statusCode ?? 0, rest).end(Buffer.from(text, 'latin1'));
      });
    });
    forwarded.on('error', () => incoming.socket.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    certificate,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
