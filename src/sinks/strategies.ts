import type { Change } from '../contract.ts';
import type { DocumentKey } from '../cosmos/document-key.ts';
import { creating, type Phrasing, patch, removal, replacement, upserting } from '../cosmos/phrases.ts';
import type { StoredDocument } from '../cosmos/points.ts';
import { patchOf, SETTINGS_MAX, settingsOf } from '../cosmos/settings.ts';
import { Canonical } from '../formats/canonical.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { STATUS } from '../protocol/status.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { asBuffer } from '../support/buffers.ts';
import { FlowError } from '../support/error.ts';
import { findMember } from '../support/json-bytes.ts';
import type { Verdict } from './looked-into.ts';
import type { Refusal } from './refused.ts';

/** What becomes of changes in a container. */
export interface Strategy {
  readonly phrase: Phrasing;
  /** Whether every version counts, and not the last of several alone. */
  readonly isStepwise?: boolean;
  /** Why a change is not even sent; `'skip'` when that is as it should be. */
  objection?(change: Change): FlowError | 'skip' | undefined;
  /** Looks into what the container refused with 404, 409 or 412; without it, that stays refused. */
  readonly verdict?: Verdict;
}

export const STRATEGY_NAMES = [
  'upsert',
  'insert',
  'insert-ignore',
  'replace',
  'patch',
  'patch-if-exists',
  'merge',
  'delete',
  'upsert-if-match',
  'delete-if-match',
] as const;

export type StrategyName = (typeof STRATEGY_NAMES)[number];

/** The strategy of a name, for documents with this partition key; `merge` is none, for it has to read first. */
export function strategyOf(name: Exclude<StrategyName, 'merge'>, definition: PartitionKeyDefinition): Strategy {
  if (name === 'patch') return patching(definition);
  if (name === 'patch-if-exists') return { ...patching(definition), verdict: (...found) => missing(...found, 'done') };
  return STRATEGIES[name];
}

const STRATEGIES: Readonly<Record<Exclude<StrategyName, 'patch' | 'patch-if-exists' | 'merge'>, Strategy>> = {
  upsert: { phrase: upserting },
  insert: {
    phrase: creating,
    isStepwise: true,
    objection: (change) => (isDelete(change) ? objection(change, 'a delete is not inserted', NOT_BY_THIS) : undefined),
    verdict: (refusal, found) => (found ? sameOr(refusal, found, 'another document has its id and key') : refusal),
  },
  'insert-ignore': {
    phrase: creating,
    isStepwise: true,
    objection: (change) => (isDelete(change) ? 'skip' : undefined),
    // What is not there was refused for its unique keys, which is not to be ignored.
    verdict: (refusal, found) => (found ? 'done' : refusal),
  },
  replace: {
    phrase: (change, key, end) => (isDelete(change) ? removal(change, key) : replacement(change, key, end)),
    verdict: missing,
  },
  delete: { phrase: (change, key) => removal(change, key) },
  'upsert-if-match': {
    phrase: (change, key, end) => {
      const etag = etagOf(key);
      return etag === undefined ? creating(change, key, end) : replacement(change, key, end, etag);
    },
    isStepwise: true,
    objection: (change) =>
      isDelete(change) ? objection(change, 'a delete tells no _etag', 'use --write delete-if-match') : undefined,
    verdict: (refusal, found) =>
      found ? sameOr(refusal, found, 'another version of it is there') : missing(refusal, found),
  },
  'delete-if-match': {
    phrase: (change, key) => removal(change, key, etagOf(key)),
    objection: (change) =>
      hasEtag(change) ? undefined : objection(change, 'it has no _etag', 'use --write delete to delete any version'),
    verdict: (refusal, found) => (found ? because(refusal, 'another version of it is there') : 'done'),
  },
};

function patching(definition: PartitionKeyDefinition): Strategy {
  return {
    phrase: (change, key) => {
      if (isDelete(change)) return removal(change, key);
      return patch(change, key, patchOf(settingsOf(asBuffer(change.document), definition)));
    },
    isStepwise: true,
    objection: (change) => {
      if (isDelete(change)) return undefined;
      const { length } = settingsOf(asBuffer(change.document), definition);
      if (length === 0) return objection(change, 'it has nothing to set', 'a patch needs a property beside id and key');
      if (length <= SETTINGS_MAX) return undefined;
      return objection(change, `it sets ${length} properties, and a patch takes ${SETTINGS_MAX}`, 'patch with less');
    },
    verdict: missing,
  };
}

const NOT_BY_THIS = 'use another --write, or --dead-letter FILE';

function isDelete({ kind }: Change): boolean {
  return kind === 'delete';
}

function etagOf(key: DocumentKey): string | undefined {
  const text = key.systemProperty('_etag');
  return text === undefined ? undefined : (JSON.parse(text) as string);
}

function hasEtag({ document }: Change): boolean {
  return findMember(document, 0, ETAG) >= 0;
}

const ETAG = Buffer.from('_etag');

/** What is replaced or patched has to be there. */
function missing(
  refusal: Refusal,
  found: StoredDocument | undefined,
  otherwise: 'done' | Refusal = because(refusal, 'there is none to change'),
): 'again' | 'done' | Refusal {
  if (refusal.status !== STATUS.notFound) return refusal;
  return found ? 'again' : otherwise;
}

function sameOr(refusal: Refusal, { text }: StoredDocument, why: string): 'done' | Refusal {
  return isSame(refusal.change.document, text) ? 'done' : because(refusal, why);
}

/** Whether two documents are equal but for system properties and spelling. */
export function isSame(one: Uint8Array, other: Uint8Array, canonical = WHOLE): boolean {
  return Buffer.from(canonical.write(one, 0)).equals(canonical.write(other, 0));
}

const WHOLE = new Canonical(SYSTEM_PROPERTIES);

function because({ change, reason, status, substatus }: Refusal, why: string): Refusal {
  return {
    change,
    reason: objection(change, why, NOT_BY_THIS, reason),
    ...(status !== undefined && { status }),
    ...(substatus !== undefined && { substatus }),
  };
}

/** The error for a document that a strategy will not write. */
export function objection({ key }: Change, why: string, hint: string, cause?: unknown): FlowError {
  const [id] = JSON.parse(`[${key}]`) as [id: unknown];
  return new FlowError('sink_refused', `the document with id ${JSON.stringify(id)} is not written: ${why}`, {
    hint,
    cause,
  });
}
