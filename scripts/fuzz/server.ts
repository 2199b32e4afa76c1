import { startEmulator } from '../../src/emulator/emulator.ts';
import type { Memory, ServerAddress } from './server-process.ts';

// The server under test, in a process of its own: what hangs it or ends it is seen from outside.

const {
  endpoint,
  key,
  adminToken = '',
} = await startEmulator({
  ranges: 2,
  enforceThroughput: true,
  admin: true,
  seed: 1,
});

process.on('message', () => {
  // Twice: what the first collection finds unused may hold memory outside the heap that only the second one gives back.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ heap: heapUsed + external, rss } satisfies Memory);
});
process.once('disconnect', () => process.exit());
process.send?.({ port: Number(new URL(endpoint).port), key, adminToken } satisfies ServerAddress);
