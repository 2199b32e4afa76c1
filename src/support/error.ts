/** The one error a user sees. Anything else that reaches the edge is a bug and prints its stack. */
export class FlowError extends Error {
  override readonly name = 'FlowError';
  readonly code: FlowErrorCode;
  /** What to do next, as a sentence or a command to run. */
  readonly hint: string | undefined;

  constructor(code: FlowErrorCode, message: string, options: FlowErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  get exitStatus(): number {
    return EXIT_STATUS[this.code];
  }
}

export interface FlowErrorOptions {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export type FlowErrorCode = keyof typeof EXIT_STATUS;

const EXIT_STATUS = Object.freeze({
  usage: 2,
  configuration: 2,
  container_not_found: 2,
  same_container: 2,
  partition_key_mismatch: 2,
  other_job: 2,
  not_a_checkpoint: 2,
  input_flawed: 2,
  transform_failed: 2,
  differences: 3,
  set_aside: 3,
  unauthorized: 4,
  source_unavailable: 5,
  sink_refused: 6,
  sink_unavailable: 6,
  in_use: 7,
  checkpoint_damaged: 8,
  container_recreated: 8,
  container_gone: 8,
  input_changed: 8,
  position_expired: 8,
  output_damaged: 8,
  local_io: 9,
});
