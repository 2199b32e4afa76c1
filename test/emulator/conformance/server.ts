import { Agent as HttpsAgent } from 'node:https';
import type { CosmosClientOptions } from '@azure/cosmos';
import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import { type EmulatorOptions, type Exchange, type Fault, startEmulator } from '../../../src/emulator/emulator.ts';
import { startTlsProxy } from '../../support/tls-proxy.ts';
import type { Call } from '../../support/wire.ts';

export type Scheme = 'http' | 'https';

export interface EmbeddedServer {
  /** What the official client needs to reach it. */
  readonly client: Pick<CosmosClientOptions, 'agent'> & { readonly endpoint: string; readonly key: string };
  /** What any other client needs. */
  readonly wire: Pick<Call, 'agent'>;
  /** Decides what goes wrong with the requests of this test. */
  fail(intercept: (exchange: Exchange) => Fault | undefined): void;
  split(database: string, container: string, rangeId?: string): void;
  close(): Promise<void>;
}

export async function openServer(scheme: Scheme, options: EmulatorOptions): Promise<EmbeddedServer> {
  let intercept: EmulatorOptions['intercept'];
  const emulator = await startEmulator({ ...options, intercept: (exchange) => intercept?.(exchange) });
  const { endpoint, key } = emulator;
  const reach = scheme === 'https' ? await overTls(endpoint) : { endpoint, agents: {}, wire: {}, close: () => {} };
  return {
    client: { endpoint: reach.endpoint, key, ...reach.agents },
    wire: reach.wire,
    fail: (decide) => {
      intercept = decide;
      onTestFinished(() => {
        intercept = undefined;
      });
    },
    split: emulator.split,
    close: async () => {
      await reach.close();
      await emulator.close();
    },
  };
}

export function schemeOf(endpoint: string): Scheme {
  return new URL(endpoint).protocol === 'https:' ? 'https' : 'http';
}

async function overTls(behind: string) {
  const proxy = await startTlsProxy(behind);
  const ca = proxy.certificate.cert;
  const [own, any] = [new HttpsAgent({ ca, keepAlive: true }), new Agent({ connect: { ca } })];
  const close = async () => {
    own.destroy();
    await any.destroy();
    await proxy.close();
  };
  return { endpoint: proxy.endpoint, agents: { agent: own }, wire: { agent: any }, close };
}
