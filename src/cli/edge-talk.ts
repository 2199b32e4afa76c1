import type { Talk } from '../commands/command.ts';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What the process edge may say beside what commands say. */
export interface EdgeTalk extends Talk {
  failure(failure: Failure): void;
}
