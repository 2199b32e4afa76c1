import { HEADER } from '../../src/protocol/headers.ts';
import { randomFrom } from '../../test/support/random.ts';
import type { Answer } from './answer.ts';
import { documentOf, keyOf } from './inputs/documents.ts';
import { type Draft, write } from './inputs/draft.ts';
import type { Places } from './inputs/input.ts';
import { CONTAINERS, KEYS } from './inputs/names.ts';
import { Lane } from './lane.ts';
import type { ServerAddress } from './server-process.ts';

/** Empties a server and fills it with what inputs are about. */
export async function build(address: ServerAddress): Promise<Places> {
  const desk = new Desk(address);
  try {
    await desk.ask('POST', '/_cosmosflow/reset', { data: true });
    await desk.ask('POST', '/dbs', { id: 'db' });
    await desk.ask('POST', '/dbs', { id: 'shared' }, { [HEADER.offerThroughput]: '10000' });
    for (const name of CONTAINERS) await createContainer(desk, name);
    for (const name of CONTAINERS) await fill(desk, name);
    const { Offers } = JSON.parse((await desk.ask('GET', '/offers')).body.toString());
    return { address, offer: Offers[1].id };
  } finally {
    desk.close();
  }
}

/** What is wrong with a server after all that it was sent; it must do as it should. */
export async function complaints(address: ServerAddress): Promise<string[]> {
  const desk = new Desk(address);
  try {
    await desk.ask('POST', '/_cosmosflow/clock', { skewMs: 0 });
    const { DocumentCollections = [] } = JSON.parse((await desk.send('GET', '/dbs/db/colls')).body.toString());
    const found: string[] = [];
    for (const { id, defaultTtl } of DocumentCollections) {
      found.push(...(await complaintsAbout(desk, `/dbs/db/colls/${encodeURIComponent(id)}`, defaultTtl !== undefined)));
    }
    await useNew(desk);
    return found;
  } catch (error) {
    return [(error as Error).message];
  } finally {
    desk.close();
  }
}

const LIMIT_MS = 10_000;
const DOCUMENTS = 48;

/** Requests that are right. */
class Desk {
  readonly #address: ServerAddress;
  readonly #lane: Lane;

  constructor(address: ServerAddress) {
    this.#address = address;
    this.#lane = new Lane(address.port);
  }

  async send(method: string, path: string, value?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const type = value === undefined ? {} : { 'content-type': 'application/json' };
    const draft: Draft = {
      kind: path.startsWith('/_cosmosflow') ? 'admin' : '',
      method,
      path,
      headers: Object.entries({ ...type, ...headers }),
      body: value === undefined ? undefined : Buffer.from(JSON.stringify(value)),
    };
    const message = { pieces: [write(draft, this.#address)], methods: [method], isWhole: true };
    const { answers, end } = await this.#lane.exchange(message, LIMIT_MS);
    const [answer] = answers;
    if (!answer) throw new Error(`${method} ${path} was not answered: ${end}`);
    return answer;
  }

  /** Throws unless it is done. */
  async ask(...request: Parameters<Desk['send']>): Promise<Answer> {
    const answer = await this.send(...request);
    if (answer.status < 300) return answer;
    throw new Error(`${request[0]} ${request[1]} was answered with ${answer.status}: ${answer.body}`);
  }

  close(): void {
    this.#lane.close();
  }
}

async function createContainer(desk: Desk, name: string): Promise<void> {
  const version = name === 'first-version' ? 1 : 2;
  const partitionKey =
    name === 'tree'
      ? { paths: ['/a', '/b', '/c'], kind: 'MultiHash', version }
      : { paths: ['/pk'], kind: 'Hash', version };
  const definition = {
    id: name,
    partitionKey,
    ...(name === 'unique' && {
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }, { paths: ['/address/zip', '/count'] }] },
    }),
    ...(name === 'full' && { changeFeedPolicy: { retentionDuration: 10 }, defaultTtl: 60 }),
  };
  const throughput = name === 'tight' ? '400' : '40000';
  await desk.ask('POST', '/dbs/db/colls', definition, { [HEADER.offerThroughput]: throughput });
}

async function fill(desk: Desk, name: string): Promise<void> {
  const random = randomFrom(7);
  const { body } = await desk.ask('GET', `/dbs/db/colls/${encodeURIComponent(name)}/pkranges`);
  const ranges: { id: string }[] = JSON.parse(body.toString()).PartitionKeyRanges;
  const operations = Array.from({ length: DOCUMENTS }, (_, index) => {
    const key = keyOf(index % KEYS, name);
    const resourceBody = { ...documentOf(random, name, key), id: `i${index}`, ttl: undefined };
    return { operationType: 'Upsert', partitionKey: JSON.stringify(key), resourceBody };
  });
  // Each range takes those of its own and refuses the others.
  for (const { id } of ranges) {
    await desk.ask('POST', `/dbs/db/colls/${encodeURIComponent(name)}/docs`, operations, {
      [HEADER.isBatch]: 'True',
      [HEADER.batchAtomic]: 'False',
      [HEADER.batchContinueOnError]: 'True',
      [HEADER.rangeId]: id,
    });
  }
}

async function complaintsAbout(desk: Desk, link: string, expires: boolean): Promise<string[]> {
  const { body } = await desk.ask('GET', `${link}/pkranges`);
  const ranges: { minInclusive: string; maxExclusive: string }[] = JSON.parse(body.toString()).PartitionKeyRanges;
  const [mins, maxes] = [
    ranges.map(({ minInclusive }) => minInclusive),
    ranges.map(({ maxExclusive }) => maxExclusive),
  ];
  const tile = JSON.stringify(['', ...maxes]) === JSON.stringify([...mins, 'FF']);
  const counted = expires ? [] : await counts(desk, link);
  return [
    ...(tile ? [] : [`${link}: the ranges do not tile: ${mins} and ${maxes}`]),
    ...(counted.every((count) => count === counted[0]) ? [] : [`${link}: counts differ: ${counted}`]),
  ];
}

/** How many documents there are, counted in several ways; those that are throttled are left out. */
async function counts(desk: Desk, link: string): Promise<number[]> {
  const query = { [HEADER.isQuery]: 'True', 'content-type': 'application/query+json' };
  const found: number[] = [];
  for (const text of ['SELECT VALUE COUNT(1) FROM c', 'SELECT VALUE COUNT(c.id) FROM c WHERE IS_STRING(c.id)']) {
    const { status, body } = await desk.send('POST', `${link}/docs`, { query: text }, query);
    // A page may end for lack of time before it has a result.
    if (status === 200) found.push(...JSON.parse(body.toString()).Documents);
  }
  const usage = await desk.ask('GET', link, undefined, { [HEADER.populateQuotaInfo]: 'true' });
  found.push(Number(/documentsCount=(\d+)/.exec(usage.headers.get(HEADER.resourceUsage) ?? '')?.[1]));
  return found;
}

async function useNew(desk: Desk): Promise<void> {
  await desk.ask('GET', '/');
  await desk.ask('POST', '/dbs', { id: 'new' });
  await desk.ask('POST', '/dbs/new/colls', { id: 'c', partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 } });
  const key = { [HEADER.partitionKey]: '["a"]' };
  await desk.ask('POST', '/dbs/new/colls/c/docs', { id: '1', pk: 'a' }, key);
  await desk.ask('GET', '/dbs/new/colls/c/docs/1', undefined, key);
  await desk.ask('DELETE', '/dbs/new/colls/c/docs/1', undefined, key);
  await desk.ask('DELETE', '/dbs/new');
}
