import type { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';

/** Has it said once, when a copy that follows has caught up, what is to be known then. */
export function announceCutOver({ talk }: Context, tally: Tally, source: string, target: string): void {
  tally.onCaughtUp = () => {
    tally.onCaughtUp = () => {};
    // From here on it counts how far behind the run is, not how much there was at its start.
    tally.expected = undefined;
    talk.note('caught up; following what changes until Ctrl-C; lag is 0 in every range');
    talk.note(
      `to cut over: stop the writers, wait until lag is 0 again, press Ctrl-C, and compare: cosmosflow verify ${source} ${target}`,
    );
  };
}
