import { CosmosClient } from '@azure/cosmos';
import { onTestFinished } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';

export interface EmulatorRig {
  readonly emulator: Emulator;
  /** The stock client of the SDK. */
  readonly client: CosmosClient;
}

/** A fresh embedded server for one test, and a client of it. Both are gone when the test is over. */
export async function useEmulator(options: EmulatorOptions = {}): Promise<EmulatorRig> {
  const emulator = await startEmulator(options);
  const client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key });
  onTestFinished(async () => {
    client.dispose();
    await emulator.close();
  });
  return { emulator, client };
}

/** `cosmos://` address of a container of the server. */
export function addressOf({ endpoint }: Emulator, name: string): string {
  return `cosmos://${new URL(endpoint).host}/${name}`;
}
