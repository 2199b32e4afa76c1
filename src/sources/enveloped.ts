import type { Source } from '../contract.ts';
import { envelope } from '../formats/envelope.ts';
import { AlteredChange } from './altered-change.ts';
import { mapped } from './mapped.ts';

/** The same source, each document in an envelope that tells what happened to it, and where. */
export function enveloped(source: Source): Source {
  return mapped(source, (range) => (changes) => ({
    changes: changes.map((change) => new AlteredChange(change, envelope(change, range))),
  }));
}
