import type { LimitFunction } from 'p-limit';
import { findMember, skipValue } from '../support/json-bytes.ts';
import type { Finding, Findings } from './findings.ts';
import { firstDifference } from './first-difference.ts';
import { type Pair, settle } from './pair.ts';
import { type RepairContext, repair } from './repair.ts';

export interface Difference {
  /** Missing in the target, extra in the target, other than in the source; or equal. */
  readonly sign: '-' | '+' | '*' | '=';
  readonly key: string;
  /** Where the two differ first, as a JSON pointer. */
  readonly path?: string;
  readonly source?: Version;
  readonly target?: Version;
  /** `false` when it was tried in vain. */
  readonly repaired?: boolean;
  /** Why it was in vain. */
  readonly reason?: string;
}

interface Version {
  /** JSON text at `path`. */
  readonly value?: string | undefined;
  /** When it was written, in seconds since 1970. */
  readonly ts?: number | undefined;
}

export interface DifferencesOptions extends RepairContext {
  readonly repair: boolean;
  /** Whether documents that are equal come too. */
  readonly equal: boolean;
  readonly limit: LimitFunction;
}

/**
 * What differs, in the order of keys. Each finding is looked at again, so that a document that was only on its way is
 * not taken for a difference; then it is repaired, if that is asked for. Ends early when told to stop.
 */
export async function* differences(findings: Findings, options: DifferencesOptions): AsyncGenerator<Difference> {
  for (let key = ''; !options.signal.aborted; ) {
    const some = findings.after(key, AT_ONCE, options);
    const last = some.at(-1);
    if (!last) return;
    const judged = some.map((finding) => options.limit(() => judge(finding, options)));
    await Promise.allSettled(judged);
    for (const difference of await Promise.all(judged)) if (difference.sign !== '=' || options.equal) yield difference;
    key = last.key;
  }
}

const AT_ONCE = 64;

async function judge(finding: Finding, options: DifferencesOptions): Promise<Difference> {
  const { key, source, target } = finding;
  if (source && target?.equals(source)) return { sign: '=', key };
  const { isEqual, ...pair } = await settle(finding, options.sides, options.signal);
  if (isEqual) return { sign: '=', key };
  const difference = describe(key, pair, options.sides.digest.omitted);
  if (!options.repair) return difference;
  const reason = await repair(key, pair, options);
  return reason === undefined ? { ...difference, repaired: true } : { ...difference, repaired: false, reason };
}

function describe(key: string, { source, target }: Pair, omitted: readonly string[]): Difference {
  const [sourceTs, targetTs] = [source && timeOf(source.text), target && timeOf(target.text)];
  if (!target) return { sign: '-', key, source: { ts: sourceTs } };
  if (!source) return { sign: '+', key, target: { ts: targetTs } };
  const place = firstDifference(source.text, target.text, omitted);
  return {
    sign: '*',
    key,
    path: place?.path ?? '',
    source: { value: place?.source, ts: sourceTs },
    target: { value: place?.target, ts: targetTs },
  };
}

const TS = Buffer.from('_ts');

function timeOf(text: Buffer): number | undefined {
  const at = findMember(text, 0, TS);
  return at < 0 ? undefined : Number(text.toString('latin1', at, skipValue(text, at)));
}
