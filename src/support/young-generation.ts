import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the part of the heap for new objects as small as it is now. It grows to a hundred megabytes for a stream of
 * short-lived objects, however few of them are alive at once; and there is no limit that can be set once Node.js runs.
 */
export function keepYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
