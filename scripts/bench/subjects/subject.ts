import type { Shape } from '../documents.ts';

/** One way to do a thing, to be measured in a process of its own. */
export interface Subject {
  /** Makes ready what the next round needs. Not measured. */
  prepare?(): void;
  /** Does the work once, which is the same every time; returns how much it was. */
  round(fingerprint?: Fingerprint): Promise<Work>;
  close(): Promise<void>;
}

export type Open = (target: Target) => Promise<Subject>;

export interface Target {
  readonly endpoint: string;
  readonly ca?: string | undefined;
  readonly database: string;
  readonly container: string;
  readonly shape: Shape;
  /** Where a copy goes to. */
  readonly copy?: string | undefined;
}

export interface Work {
  readonly documents: number;
  /** Of what was written to the null device. */
  readonly bytes: number;
}

/** Is told every line that is written, to compare outputs whatever their order. Not used while measuring. */
export interface Fingerprint {
  add(line: string | Uint8Array): void;
}
