import { startEmulator } from '../../../src/emulator/emulator.ts';

// The embedded server as a process of its own, a little way off: every request takes 10 ms longer.

export interface EmbeddedReady {
  readonly endpoint: string;
}

const { endpoint } = await startEmulator({ latencyMs: 10, ranges: 4 });
process.on('disconnect', () => process.exit());
process.send?.({ endpoint } satisfies EmbeddedReady);
