/** A signal that aborts `ms` after another one, for work that may finish but not go on for ever. */
export function later(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  const arm = (): void => void setTimeout(() => controller.abort(signal.reason), ms).unref();
  if (signal.aborted) arm();
  else signal.addEventListener('abort', arm, { once: true });
  return controller.signal;
}
