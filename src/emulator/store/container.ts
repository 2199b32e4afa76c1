import type { Database } from 'better-sqlite3';
import { type KeyComponent, keyReader, type PartitionKeyDefinition } from '../../protocol/partition-key.ts';
import { assert } from '../../support/assert.ts';
import { documentRids } from '../rid.ts';
import { type Documents, openDocuments } from './documents.ts';
import { contains, type Range } from './range.ts';

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
}

/** What a client may set on a container, with the defaults filled in. */
export interface ContainerDefinition {
  readonly id: string;
  readonly partitionKey: PartitionKeyDefinition;
  readonly [policy: string]: unknown;
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
  readonly documents: Documents;
  definition!: ContainerDefinition;
  etag!: string;
  ts!: number;
  /** In the order of their keys; they tile the key space. */
  ranges!: readonly Range[];
  nextRange!: number;
  nextDocument!: number;

  constructor(db: Database, state: ContainerState) {
    this.number = state.number;
    this.database = state.database;
    this.name = state.name;
    this.rid = state.rid;
    this.self = `dbs/${state.databaseRid}/colls/${state.rid}/`;
    this.ridOf = documentRids(state.rid);
    this.readKey = keyReader(state.definition.partitionKey);
    this.documents = openDocuments(db, tableOf(state.number));
    this.restore(state);
  }

  /** Takes what can change from what is on disk. */
  restore(state: ContainerState): void {
    this.definition = state.definition;
    this.etag = state.etag;
    this.ts = state.ts;
    this.ranges = state.ranges;
    this.nextRange = state.nextRange;
    this.nextDocument = state.nextDocument;
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
}

export function tableOf(containerNumber: number): string {
  return `docs_${containerNumber}`;
}
