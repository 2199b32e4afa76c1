import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../src/emulator/emulator.ts';
import type { Memory, ServerAddress } from './server-process.ts';

// The server under test, in a process of its own: what hangs it or ends it is seen from outside.

// A database in memory keeps the room that it has once needed, which would look like growth; a file does not. Where there is
// a disk in memory, nobody waits for the real one.
const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cosmosflow-fuzz-'));
const {
  endpoint,
  key,
  adminToken = '',
} = await startEmulator({
  data: join(directory, 'data.db'),
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
process.once('disconnect', () => {
  rmSync(directory, { recursive: true });
  process.exit();
});
process.send?.({ port: Number(new URL(endpoint).port), key, adminToken } satisfies ServerAddress);
