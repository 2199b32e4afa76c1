import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * For work whose memory is to stay small however long it takes: keeps short-lived objects from being given more and more
 * room, and returns what is to be called now and then to clear away the rest, which would otherwise wait until there is
 * as much of it again as of everything else.
 */
export function frugal(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
