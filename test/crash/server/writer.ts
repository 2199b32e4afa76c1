import type { Agent } from 'node:http';
import { expect } from 'vitest';
import { type Answer, send } from '../../emulator/wire.ts';
import type { Random } from '../../support/random.ts';
import { type Change, type Event, History } from './history.ts';
import type { ServerProcess } from './process.ts';

interface Step {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly value?: unknown;
  readonly pk: string;
  readonly status: number;
  /** What happens, in order, if it is done. */
  readonly changes: readonly Change[];
  /** Whether all of it happens or nothing. */
  readonly atomic: boolean;
}

/** Writes items that nobody else writes, one request after the other, and knows what has to be there. */
export class Writer {
  readonly history = new History();
  readonly #container: string;
  readonly #name: string;
  readonly #agent: Agent;
  /** Whether there is a feed of all versions, which tells of items that came and went. */
  readonly #isRecorded: boolean;
  /** What was sent and not answered when the server died. */
  #pending: Step | undefined;
  #number = 0;

  constructor(container: string, name: string, agent: Agent, isRecorded: boolean) {
    this.#container = container;
    this.#name = name;
    this.#agent = agent;
    this.#isRecorded = isRecorded;
  }

  /** Resolves when it is answered; rejects when the connection fails. `bytes` is how long items are, at most. */
  async write(server: ServerProcess, random: Random, bytes: number): Promise<void> {
    const step = this.#choose(random, bytes);
    this.#pending = step;
    const { status, text } = await this.#send(server, step);
    expect(status, `${step.name}: ${text}`).toBe(step.status);
    this.#pending = undefined;
    for (const change of step.changes) this.history.add(change);
  }

  /** After the server is back: finds out whether what was not answered was done. */
  async settle(server: ServerProcess, seen: ReadonlyMap<string, readonly Event[]>): Promise<void> {
    const step = this.#pending;
    this.#pending = undefined;
    if (!step || step.changes.length === 0) return;
    const ids = [...new Set(step.changes.map(({ id }) => id))];
    const done = new Map<string, boolean>();
    for (const id of ids) done.set(id, await this.#isDone(server, step, id, seen));
    const answers = [...done.values()];
    if (step.atomic)
      expect(new Set(answers).size, `${step.name} is done in part: ${JSON.stringify([...done])}`).toBe(1);
    for (const change of step.changes) if (done.get(change.id)) this.history.add(change);
  }

  /** Reads all of its items: each is as it was left. */
  async check(server: ServerProcess): Promise<void> {
    for (const id of this.history.ids().filter((id) => !isMortal(id))) {
      expect(await this.#read(server, id), `the version of ${id}`).toBe(this.history.current(id));
    }
  }

  /** The unique keys of items that are there are taken, and of those that are not they are free. */
  async checkUniqueKeys(server: ServerProcess): Promise<void> {
    for (const id of this.history.ids().filter((id) => !isMortal(id))) {
      const pk = this.#pkOf(id);
      const value = { id: `${id}-again`, pk, n: 0, email: emailOf(id) };
      const call = { name: 'unique key', method: 'POST', path: '/docs', value, pk };
      const { status, text } = await this.#send(server, call);
      expect(status, `${id}: ${text}`).toBe(this.history.current(id) === undefined ? 201 : 409);
      if (status !== 201) continue;
      const removed = await this.#send(server, { method: 'DELETE', path: `/docs/${value.id}`, pk });
      expect(removed.status).toBe(204);
    }
  }

  async #isDone(server: ServerProcess, step: Step, id: string, seen: ReadonlyMap<string, readonly Event[]>) {
    const events = step.changes.filter((change) => change.id === id).map(({ event }) => event);
    const [before, last] = [this.history.current(id), events.at(-1)];
    const after = last === 'deleted' ? undefined : last;
    const found = isMortal(id) ? before : await this.#read(server, id);
    expect([before, after], `the version of ${id} after ${step.name}`).toContain(found);
    // It may have been done and be gone again: then the feed of all versions tells.
    const version = events.find((event) => event !== 'deleted');
    const isSeen = version !== undefined && (seen.get(id) ?? []).includes(version);
    return isMortal(id) || before === after ? isSeen : found === after;
  }

  async #read(server: ServerProcess, id: string): Promise<number | undefined> {
    const { status, text } = await this.#send(server, { method: 'GET', path: `/docs/${id}`, pk: this.#pkOf(id) });
    expect([200, 404], text).toContain(status);
    return status === 200 ? JSON.parse(text).n : undefined;
  }

  #send(server: ServerProcess, step: Pick<Step, 'method' | 'path' | 'headers' | 'value' | 'pk'>): Promise<Answer> {
    const { method, path, headers, value, pk } = step;
    return send(server, {
      method,
      path: `${this.#container}${path}`,
      headers: { 'x-ms-documentdb-partitionkey': JSON.stringify([pk]), ...headers },
      ...(value !== undefined && { body: JSON.stringify(value) }),
      agent: this.#agent,
    });
  }

  #choose(random: Random, bytes: number): Step {
    const pk = `${this.#name}-${random.integer(KEYS)}`;
    const ids = Array.from({ length: ITEMS }, (_, index) => `${pk}-${index}`);
    const [there, absent] = [
      ids.filter((id) => this.history.current(id) !== undefined),
      ids.filter((id) => this.history.current(id) === undefined),
    ];
    const pick = (from: readonly string[]): string => random.pick(from.length > 0 ? from : ids);
    const kinds: (() => Step)[] = [
      () => this.#upsert(pk, random.pick(ids), random.integer(bytes)),
      () => this.#batch(random, pk, ids, bytes, true),
      () => this.#batch(random, pk, ids, bytes, true),
      () => this.#batch(random, pk, ids, bytes, false),
      ...(this.#isRecorded ? [() => this.#mortal(pk, random.integer(ITEMS), random.integer(bytes))] : []),
      ...(absent.length > 0 ? [() => this.#create(pk, pick(absent), random.integer(bytes))] : []),
      ...(there.length > 0 ? [() => this.#patch(pk, pick(there)), () => this.#delete(pk, pick(there))] : []),
      ...(there.length > 0 ? [() => this.#replace(pk, pick(there), random.integer(bytes))] : []),
    ];
    return random.pick(kinds)();
  }

  #item(id: string, pk: string, bytes: number): { id: string; n: number } {
    return { id, pk, n: ++this.#number, email: emailOf(id), text: 'x'.repeat(bytes) } as { id: string; n: number };
  }

  #upsert(pk: string, id: string, bytes: number): Step {
    const value = this.#item(id, pk, bytes);
    const status = this.history.current(id) === undefined ? 201 : 200;
    return { ...POST, name: 'upsert', headers: UPSERT, value, pk, status, changes: [{ id, event: value.n }] };
  }

  #create(pk: string, id: string, bytes: number): Step {
    const value = this.#item(id, pk, bytes);
    return { ...POST, name: 'create', value, pk, status: 201, changes: [{ id, event: value.n }] };
  }

  #replace(pk: string, id: string, bytes: number): Step {
    const value = this.#item(id, pk, bytes);
    const changes = [{ id, event: value.n }];
    return { name: 'replace', method: 'PUT', path: `/docs/${id}`, value, pk, status: 200, changes, atomic: true };
  }

  #patch(pk: string, id: string): Step {
    const n = ++this.#number;
    const value = [{ op: 'set', path: '/n', value: n }];
    const changes = [{ id, event: n }];
    return { name: 'patch', method: 'PATCH', path: `/docs/${id}`, value, pk, status: 200, changes, atomic: true };
  }

  #delete(pk: string, id: string): Step {
    const changes = [{ id, event: 'deleted' as const }];
    return { name: 'delete', method: 'DELETE', path: `/docs/${id}`, pk, status: 204, changes, atomic: true };
  }

  /** An item that expires. Whether it has is not known here. */
  #mortal(pk: string, number: number, bytes: number): Step {
    const id = `${pk}-${number}${MORTAL}`;
    const value = { ...this.#item(id, pk, bytes), ttl: 60 };
    // An item that is not there is created with a batch of one: then the status is the same.
    const operations = [{ operationType: 'Upsert', resourceBody: value }];
    const changes = [{ id, event: value.n }];
    return { ...POST, name: 'item that expires', headers: ATOMIC, value: operations, pk, status: 200, changes };
  }

  /** Of an atomic batch in which something fails nothing happens, of others only the rest. */
  #batch(random: Random, pk: string, ids: readonly string[], bytes: number, atomic: boolean): Step {
    const chosen = Array.from({ length: 1 + random.integer(5) }, () => random.pick(ids));
    const parts = chosen.map((id) => this.#item(id, pk, random.integer(bytes)));
    const upserts = parts.map((value) => ({ operationType: 'Upsert', resourceBody: value }));
    const deletion = this.#isRecorded && random.chance(0.3) ? chosen[0] : undefined;
    const fails = random.chance(0.2);
    const operations = [
      ...upserts,
      ...(deletion === undefined ? [] : [{ operationType: 'Delete', id: deletion }]),
      ...(fails ? [{ operationType: 'Replace', id: 'none', resourceBody: { id: 'none', pk } }] : []),
    ];
    const changes: Change[] = [
      ...parts.map(({ id, n }) => ({ id, event: n })),
      ...(deletion === undefined ? [] : [{ id: deletion, event: 'deleted' as const }]),
    ];
    return {
      ...POST,
      name: atomic ? 'atomic batch' : 'bulk',
      headers: atomic ? ATOMIC : BULK,
      value: operations,
      pk,
      status: fails ? 207 : 200,
      changes: fails && atomic ? [] : changes,
      atomic,
    };
  }

  #pkOf(id: string): string {
    return id.slice(0, id.lastIndexOf('-'));
  }
}

/** Whether an item has a time to live. */
export function isMortal(id: string): boolean {
  return id.endsWith(MORTAL);
}

const MORTAL = 't';
const KEYS = 4;
const ITEMS = 6;
const POST = { method: 'POST', path: '/docs', atomic: true };
const UPSERT = { 'x-ms-documentdb-is-upsert': 'true' };
const ATOMIC = { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'true' };
const BULK = {
  'x-ms-cosmos-is-batch-request': 'true',
  'x-ms-cosmos-batch-atomic': 'false',
  'x-ms-cosmos-batch-continue-on-error': 'true',
};

function emailOf(id: string): string {
  return `${id}@example.com`;
}
