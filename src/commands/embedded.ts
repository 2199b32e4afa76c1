import type { Emulator, EmulatorOptions } from '../emulator/emulator.ts';

/** The one door to the embedded server: loaded only when it is asked for. */
export async function startEmbedded(options: EmulatorOptions): Promise<Emulator> {
  const { startEmulator } = await import('../emulator/emulator.ts');
  return startEmulator(options);
}
