import type { Change } from '../../src/contract.ts';
import type { Letter } from '../../src/dead-letter/letter.ts';
import { upsert } from '../support/changes.ts';

export function letterOf(change: Change = upsert('a'), rest: Partial<Letter> = {}): Letter {
  return {
    change,
    range: { min: '', max: '3F' },
    job: { source: 'here', target: 'there', mode: 'latest version' },
    attempt: 1,
    code: 'sink_refused',
    reason: 'its 7 bytes are too many',
    status: 413,
    substatus: 0,
    time: new Date(0),
    ...rest,
  };
}
