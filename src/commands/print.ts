import { type Output, outputFailure } from '../support/output.ts';

/** Resolves once standard output has taken the text; throws what a command is to end with when it does not. */
export function print(stdout: Output, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(text, (error) => (error ? reject(outputFailure(error)) : resolve()));
  });
}
