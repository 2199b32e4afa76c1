import { type Age, ageOf } from '../sinks/age.ts';
import type { Newness } from '../sinks/if-newer.ts';
import type { Context } from './command.ts';
import type { WriteOptions } from './write-flags.ts';

export interface OlderOptions extends Pick<WriteOptions, 'ifNewer'> {
  /** What the time of a document is kept as, when not as usual. */
  readonly keepTs: string | undefined;
}

export interface Older {
  readonly newness: Newness | undefined;
  /** To be called at the end of the run: says how much was not written because it was older. */
  report(): void;
}

/** How people are told of it. */
interface Words {
  /** What may have written the target without comparing. */
  readonly before: string;
  readonly from: string;
  /** What mends that. */
  readonly mending: string;
}

const COPY: Words = { before: 'a copy', from: 'the source', mending: 'copy again with --restart' };
export const IMPORT: Words = { before: 'an import', from: 'the file', mending: 'import again with' };

/** What `--if-newer` asks for. Of versions that are equally new by a clock, the later one of the source is written. */
export function countingOlder({ ifNewer, keepTs }: OlderOptions, { talk }: Context, words = COPY): Older {
  const age = ifNewer?.name === '_ts' && keepTs !== undefined ? ageOf('_ts', keepTs) : ifNewer;
  const [total, guessed] = [{ count: 0 }, { count: 0 }];
  return {
    newness: age && {
      age,
      keeps: true,
      writesEqual: age.isCoarse,
      onOlder(_change, isOnlyStored) {
        total.count++;
        // At once: what follows may be left out for days.
        if (isOnlyStored && guessed.count++ === 0) talk.note(`warning: ${adviceOn(age, words)}`);
      },
    },
    report() {
      if (total.count > 0) talk.note(`left ${spelt(total)} as they are: the target has what is as new or newer`);
      if (guessed.count > 0)
        talk.note(
          `warning: ${spelt(guessed)} of them were judged by when the target was written, for it has no ${age?.keptAs} ` +
            `there: where that was ${words.before}, what ${words.from} has may be newer, and was NOT written`,
        );
    },
  };
}

function adviceOn({ keptAs }: Age, { before, mending }: Words): string {
  return (
    `documents of the target have no ${keptAs} and are judged by when they were written there; where ${before} without ` +
    `--if-newer wrote them, newer versions may be left out: ${mending} --keep-ts ${keptAs}, and without --if-newer`
  );
}

function spelt({ count }: { readonly count: number }): string {
  return count.toLocaleString('en-US');
}
