import type { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';

/**
 * Has it said once, when a copy that follows has caught up, what is to be known then; `verify` is the command that
 * compares, where both are to be equal.
 */
export function announceCutOver({ talk }: Context, tally: Tally, verify: string | undefined): void {
  tally.onCaughtUp = () => {
    tally.onCaughtUp = () => {};
    // From here on it counts how far behind the run is, not how much there was at its start.
    tally.expected = undefined;
    talk.note('caught up; following what changes until Ctrl-C; lag is 0 in every range');
    const steps = [
      'stop the writers',
      'wait until lag is 0 again',
      'press Ctrl-C',
      ...(verify ? [`compare: ${verify}`] : []),
    ];
    talk.note(`to cut over: ${steps.slice(0, -1).join(', ')}, and ${steps.at(-1)}`);
  };
}
