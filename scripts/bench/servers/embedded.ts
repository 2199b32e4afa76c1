import { type Emulator, type EmulatorOptions, startEmulator } from '../../../src/emulator/emulator.ts';

// The embedded server as a process of its own, with the options that it is given. It answers each request of the parent
// with one number.

export interface EmbeddedReady {
  readonly endpoint: string;
  /** PEM of its certificate, if it has one. */
  readonly ca?: string;
  /** How long it took to start, without the start of the process. */
  readonly startMs: number;
}

/** The bytes of memory in use; the milliseconds that a split took, and to close the data. */
export type EmbeddedRequest =
  | readonly ['rss']
  | readonly ['split', database: string, container: string]
  | readonly ['close'];

const started = performance.now();
const emulator = await startEmulator(JSON.parse(process.argv[2] ?? '{}') as EmulatorOptions);
const { endpoint, certificate } = emulator;
const startMs = performance.now() - started;
process.on('message', async (request: EmbeddedRequest) => process.send?.(await answer(request, emulator)));
process.on('disconnect', () => process.exit());
process.send?.({ endpoint, startMs, ...(certificate && { ca: certificate.pem }) } satisfies EmbeddedReady);

async function answer([what, ...names]: EmbeddedRequest, { split, close }: Emulator): Promise<number> {
  if (what === 'rss') return process.memoryUsage.rss();
  const before = performance.now();
  if (what === 'close') await close();
  else split(...(names as [string, string]));
  return performance.now() - before;
}
