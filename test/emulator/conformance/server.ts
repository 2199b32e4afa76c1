import { Agent as HttpsAgent } from 'node:https';
import type { CosmosClientOptions } from '@azure/cosmos';
import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import {
  type Emulator,
  type EmulatorOptions,
  type Exchange,
  type Fault,
  startEmulator,
} from '../../../src/emulator/emulator.ts';
import type { Call } from '../../support/wire.ts';

export type Scheme = 'http' | 'https';

export interface EmbeddedServer {
  readonly emulator: Emulator;
  /** What the official client needs to reach it. */
  readonly client: Pick<CosmosClientOptions, 'agent'> & { readonly endpoint: string; readonly key: string };
  /** What any other client needs. */
  readonly wire: Pick<Call, 'agent'>;
  /** Decides what goes wrong with the requests of this test. */
  fail(intercept: (exchange: Exchange) => Fault | undefined): void;
  /** Puts the clock of the server ahead by so many seconds, for this test. */
  pass(seconds: number): void;
  close(): Promise<void>;
}

export async function openServer(scheme: Scheme, options: EmulatorOptions): Promise<EmbeddedServer> {
  let intercept: EmulatorOptions['intercept'];
  const emulator = await startEmulator({
    ...options,
    tls: scheme === 'https',
    intercept: (exchange) => intercept?.(exchange),
  });
  const { endpoint, key, certificate } = emulator;
  const ca = certificate?.pem;
  const agents = ca !== undefined && {
    own: new HttpsAgent({ ca, keepAlive: true }),
    any: new Agent({ connect: { ca } }),
  };
  return {
    emulator,
    // The client refuses to go over HTTP with any agent but its own.
    client: { endpoint, key, ...(agents && { agent: agents.own }) },
    wire: { ...(agents && { agent: agents.any }) },
    fail: (decide) => {
      intercept = decide;
      onTestFinished(() => {
        intercept = undefined;
      });
    },
    pass: (seconds) => {
      emulator.skewClock(seconds * 1000);
      onTestFinished(() => emulator.skewClock(0));
    },
    close: async () => {
      if (agents) agents.own.destroy();
      if (agents) await agents.any.destroy();
      await emulator.close();
    },
  };
}

export function schemeOf(endpoint: string): Scheme {
  return new URL(endpoint).protocol === 'https:' ? 'https' : 'http';
}
