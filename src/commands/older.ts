import { ageOf } from '../sinks/age.ts';
import type { Newness } from '../sinks/if-newer.ts';
import type { Context } from './command.ts';
import type { WriteOptions } from './write-flags.ts';

interface OlderOptions extends Pick<WriteOptions, 'ifNewer'> {
  /** What the time of a document is kept as, when not as usual. */
  readonly keepTs: string | undefined;
}

export interface Older {
  readonly newness: Newness | undefined;
  /** To be called at the end of the run: says how much was not written because it was older. */
  report(): void;
}

/** What `--if-newer` asks for. Of versions that are equally new by a clock, the later one of the source is written. */
export function countingOlder({ ifNewer, keepTs }: OlderOptions, { talk }: Context): Older {
  const age = ifNewer?.name === '_ts' && keepTs !== undefined ? ageOf('_ts', keepTs) : ifNewer;
  let count = 0;
  return {
    newness: age && { age, keeps: true, writesEqual: age.isCoarse, onOlder: () => void count++ },
    report() {
      if (count > 0)
        talk.note(`left ${count.toLocaleString('en-US')} as they are: the target has what is as new or newer`);
    },
  };
}
