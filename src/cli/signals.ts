/** Why a run was told to stop. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly status: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.status = STATUS[signal] ?? 1;
  }
}

const STATUS: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Aborts at the first SIGINT, SIGTERM or SIGHUP, so that what is under way is drained; the second ends the process at once. */
export function interruptions(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const interruption = new Interruption(signal);
      if (controller.signal.aborted) process.exit(interruption.status);
      controller.abort(interruption);
    });
  }
  return controller.signal;
}
