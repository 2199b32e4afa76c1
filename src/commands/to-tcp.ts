import { reachableLookup } from '../sinks/reach.ts';
import { tcpSink } from '../sinks/tcp.ts';
import { FlowError } from '../support/error.ts';
import { later } from '../support/later.ts';
import type { Context } from './command.ts';
import type { Destination } from './destination.ts';
import { OF_JOB } from './job-checkpoint.ts';
import { assertSafe, type ToHttpOptions } from './to-http.ts';
import { DRAIN_MS } from './transfer.ts';

export type ToTcpOptions = Pick<ToHttpOptions, 'sendTimeout' | 'allowPlainHttp' | 'allowLinkLocal'>;

/** A receiver of lines over TCP, which acknowledges them. */
export function toTcp(url: URL, options: ToTcpOptions, { signal }: Context): Destination {
  assertSafe(url, options);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port);
  if (host === '' || port === 0 || !/^\/?$/.test(`${url.pathname}${url.search}${url.hash}`)) {
    throw new FlowError('usage', `--to "${url.href}" is not tcp://HOST:PORT`);
  }
  return {
    name: `tcp://${url.host}`,
    checkpoint: OF_JOB,
    open: async () =>
      tcpSink({
        host,
        port,
        lookup: reachableLookup(options),
        timeoutMs: options.sendTimeout,
        // What was read is to be sent even after a stop.
        signal: later(signal, DRAIN_MS),
      }),
  };
}
