import type { Flag, Need } from './command.ts';

/** The same flag, which is refused where it would have no effect; before what it needs already. */
export function needing<Given extends Flag<unknown>>(needs: Need, flag: Given): Given {
  return { ...flag, needs: [needs, ...(flag.needs ?? [])] };
}

/** The same for several flags. */
export function allNeeding<Flags extends Readonly<Record<string, Flag<unknown>>>>(needs: Need, flags: Flags): Flags {
  const needy = Object.entries(flags).map(([name, flag]) => [name, needing(needs, flag)]);
  return Object.fromEntries(needy) as Flags;
}

/** Of what means something only where another flag is given, as people write that. */
export function without(other: string, isMet: Need['isMet']): Need {
  return { words: `without ${other}`, advice: `add ${other}`, isMet };
}

/** Of what means nothing where another flag is given. */
export function besides(other: string, isMet: Need['isMet']): Need {
  return { words: `with ${other}`, advice: `leave out ${other}`, isMet };
}
