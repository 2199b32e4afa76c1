import { toggle } from './flags.ts';
import { allNeeding, without } from './needs.ts';

/** Where changes go to files or receivers, there is one without the flag. */
const KEPT = without('--checkpoint FILE', ({ checkpoint, out, to }) => (checkpoint ?? out ?? to) !== undefined);

/** What becomes of the checkpoint, for commands that keep one only if they are told to. */
export const keptFlags = allNeeding(KEPT, {
  resume: toggle('--resume', 'go on where the checkpoint says; this is the default, but for a --to with another query'),
  restart: toggle('--restart', 'forget the checkpoint and start over'),
});
