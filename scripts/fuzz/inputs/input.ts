import { randomFrom } from '../../../test/support/random.ts';
import type { Message } from '../lane.ts';
import type { ServerAddress } from '../server-process.ts';
import { write } from './draft.ts';
import { mutated } from './mutation.ts';
import { rawMessage } from './raw.ts';
import { request } from './requests.ts';

export interface Input {
  readonly kind: string;
  readonly message: Message;
}

/** What there is to name in inputs that differs from server to server. */
export interface Places {
  readonly address: ServerAddress;
  /** The id of an offer. */
  readonly offer: string;
}

/** The input of this number. It depends on the seed and the number alone, but for what the server has named itself. */
export function inputOf(seed: number, number: number, { address, offer }: Places): Input {
  const random = randomFrom((Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0);
  if (random.chance(RAW_SHARE)) return { kind: 'raw bytes', message: rawMessage(random, address) };
  const made = mutated(random, request(random));
  const draft = { ...made, path: made.path.replace('{offer}', offer) };
  return {
    kind: draft.kind,
    message: { pieces: [write(draft, address)], methods: [draft.method], isWhole: true },
  };
}

const RAW_SHARE = 0.04;
