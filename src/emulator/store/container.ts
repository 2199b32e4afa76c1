import type { Database } from 'better-sqlite3';
import { type KeyComponent, keyReader, type PartitionKeyDefinition } from '../../protocol/partition-key.ts';
import { assert } from '../../support/assert.ts';
import type { Clock } from '../clock.ts';
import { documentRids } from '../rid.ts';
import type { UniqueKeyPolicy } from '../unique-key-policy.ts';
import { type Documents, openDocuments } from './documents.ts';
import type { Horizon } from './horizons.ts';
import { contains, type Range } from './range.ts';
import { recording } from './recording.ts';
import { sized } from './sized.ts';
import { NO_UNIQUE_KEYS, openUniqueKeys, type UniqueKeys } from './unique-keys.ts';
import { openVersions, type Versions } from './versions.ts';

export interface ContainerState {
  readonly number: number;
  readonly database: string;
  readonly name: string;
  readonly rid: string;
  readonly databaseRid: string;
  readonly definition: ContainerDefinition;
  readonly etag: string;
  readonly ts: number;
  readonly ranges: readonly Range[];
  readonly nextRange: number;
  readonly nextDocument: number;
  readonly horizons: readonly Horizon[];
}

/** What a client may set on a container, with the defaults filled in. */
export interface ContainerDefinition {
  readonly id: string;
  readonly partitionKey: PartitionKeyDefinition;
  /** In seconds; -1 is never, for documents without a time to live of their own. Without it none expires at all. */
  readonly defaultTtl?: number;
  readonly changeFeedPolicy?: ChangeFeedPolicy;
  readonly uniqueKeyPolicy?: UniqueKeyPolicy;
  readonly [policy: string]: unknown;
}

export interface ChangeFeedPolicy {
  /** For how many minutes all versions are kept; 0 is not at all. */
  readonly retentionDuration: number;
}

/** A container while the server runs: its counters live here and are written down at the end of each transaction. */
export class Container {
  readonly number: number;
  readonly database: string;
  readonly name: string;
  readonly rid: string;
  readonly self: string;
  readonly ridOf: (documentNumber: number) => string;
  /** The partition key of a parsed document. */
  readonly readKey: (document: unknown) => KeyComponent[];
  readonly versions: Versions;
  documents!: Documents;
  readonly uniqueKeys: UniqueKeys;
  definition!: ContainerDefinition;
  etag!: string;
  ts!: number;
  /** In the order of their keys; they tile the key space. */
  ranges!: readonly Range[];
  nextRange!: number;
  nextDocument!: number;
  /** What the feed of all versions has lost. */
  horizons!: readonly Horizon[];
  /** Ids of ranges that are about to split or merge; a server that starts again has none. */
  readonly moving = new Set<number>();
  readonly #documents: Documents;

  constructor(db: Database, state: ContainerState, clock: Clock) {
    this.number = state.number;
    this.database = state.database;
    this.name = state.name;
    this.rid = state.rid;
    this.self = `dbs/${state.databaseRid}/colls/${state.rid}/`;
    this.ridOf = documentRids(state.rid);
    this.readKey = keyReader(state.definition.partitionKey);
    const lifetime = () => ({ defaultTtl: this.definition.defaultTtl, now: clock.seconds() });
    const table = tableOf(state.number);
    this.#documents = sized(openDocuments(db, table, lifetime), (id, bytes) => this.#grow(id, bytes));
    this.versions = openVersions(db, `versions_${state.number}`, table);
    const { uniqueKeyPolicy } = state.definition;
    this.uniqueKeys = uniqueKeyPolicy
      ? openUniqueKeys(db, uniqueTableOf(state.number), uniqueKeyPolicy)
      : NO_UNIQUE_KEYS;
    this.restore(state);
  }

  /** Takes what can change from what is on disk. */
  restore(state: ContainerState): void {
    this.define(state);
    this.ranges = state.ranges;
    this.nextRange = state.nextRange;
    this.nextDocument = state.nextDocument;
    this.horizons = state.horizons;
  }

  define({ definition, etag, ts }: Pick<ContainerState, 'definition' | 'etag' | 'ts'>): void {
    this.definition = definition;
    this.etag = etag;
    this.ts = ts;
    this.documents = retentionOf(definition) > 0 ? recording(this.#documents, this.versions) : this.#documents;
  }

  /** For how many seconds all versions are kept. */
  get retention(): number {
    return retentionOf(this.definition);
  }

  get key(): PartitionKeyDefinition {
    return this.definition.partitionKey;
  }

  /** Where clients find it by name. */
  get link(): string {
    return `dbs/${this.database}/colls/${this.name}`;
  }

  rangeOf(epk: string): Range {
    const range = this.ranges.find((candidate) => contains(candidate, epk));
    assert(range !== undefined, 'the ranges of a container tile its key space');
    return range;
  }

  #grow(rangeId: number, bytes: number): void {
    const range = this.ranges.find(({ id }) => id === rangeId);
    assert(range !== undefined, 'documents are written to ranges that are there');
    range.bytes += bytes;
  }
}

export function retentionOf({ changeFeedPolicy }: ContainerDefinition): number {
  return (changeFeedPolicy?.retentionDuration ?? 0) * 60;
}

export function tableOf(containerNumber: number): string {
  return `docs_${containerNumber}`;
}

export function uniqueTableOf(containerNumber: number): string {
  return `unique_${containerNumber}`;
}
