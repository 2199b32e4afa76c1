import { expect, test } from 'vitest';
import { RawPages, timeToken } from '../../src/cosmos/raw-pages.ts';
import { type HttpRequest, ResponseHeaders } from '../../src/cosmos/transport.ts';

const PAGE = '{"_rid":"r","Documents":[{"id":"a","v":1.0}],"_count":1}';
const QUERY = { 'x-ms-documentdb-isquery': 'true' };
const RANGE_QUERY = { ...QUERY, 'x-ms-documentdb-partitionkeyrangeid': '0' };
const FEED = { 'a-im': 'Incremental feed' };

test('a page of the change feed is traded for a ticket, and the ticket for its bytes, once', async () => {
  const pages = new RawPages(answering(200, PAGE));
  const { Documents } = await ask(pages, requestFor('GET', '/dbs/db/colls/items/docs', FEED));
  expect(Documents).toHaveLength(1);
  expect(pages.take(Documents[0]).toString()).toBe(PAGE);
  expect(() => pages.take(Documents[0])).toThrow(/broken invariant/);
});

test('so is a page of a query of one range, and its headers can be had with it', async () => {
  const pages = new RawPages(async () => ({ ...answer(200, PAGE), headers: new ResponseHeaders({ date: 'today' }) }));
  const { Documents } = await ask(pages, requestFor('POST', '/dbs/db/colls/items/docs', RANGE_QUERY));
  const { body, headers } = pages.takeAnswer(Documents[0]);
  expect([body.toString(), headers.get('date')]).toEqual([PAGE, 'today']);
});

test('what the service puts together is raw where that is asked for; ranges are then for the SDK to see', async () => {
  const pages = new RawPages(answering(200, PAGE), 'of all ranges');
  const { Documents } = await ask(pages, requestFor('POST', '/dbs/db/colls/items/docs', QUERY));
  expect([pages.isTicket(Documents[0]), pages.isTicket('a')]).toEqual([true, false]);
  expect(pages.take(Documents[0]).toString()).toBe(PAGE);
  expect(pages.isTicket(Documents[0])).toBe(false);
  for (const headers of [RANGE_QUERY, { 'x-ms-cosmos-is-query-plan-request': 'True' }]) {
    const response = await pages.httpClient.sendRequest(requestFor('POST', '/dbs/db/colls/items/docs', headers));
    expect(response.bodyAsText).toBe(PAGE);
  }
});

test('a plan, which nobody looks at, is not asked for', async () => {
  const pages = new RawPages(() => Promise.reject(new Error('asked')));
  const request = requestFor('POST', '/dbs/db/colls/items/docs', { 'x-ms-cosmos-is-query-plan-request': 'True' });
  expect(await pages.httpClient.sendRequest(request)).toMatchObject({ status: 200, bodyAsText: '{}' });
});

test('a page of all versions is traded too', async () => {
  const pages = new RawPages(answering(200, PAGE));
  const request = requestFor('GET', '/dbs/db/colls/items/docs', { 'a-im': 'Full-Fidelity Feed' });
  const { Documents } = await ask(pages, request);
  expect(pages.take(Documents[0]).toString()).toBe(PAGE);
});

test('a time in the place of a position is asked for as a time', async () => {
  const request = requestFor('GET', '/dbs/db/colls/items/docs', { ...FEED, 'if-none-match': timeToken(1_767_225_600) });
  await ask(new RawPages(answering(200, PAGE)), request);
  expect(request.headers.get('if-modified-since')).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
  expect(request.headers.get('if-none-match')).toBeUndefined();
});

test('pages that are open at once have tickets of their own', async () => {
  const bodies = ['{"Documents":[1]}', '{"Documents":[2]}'];
  const pages = new RawPages(async () => answer(200, bodies.shift() ?? ''));
  const request = requestFor('GET', '/dbs/db/colls/items/docs/', FEED);
  const tickets = [await ask(pages, request), await ask(pages, request)].map(({ Documents }) => Documents[0]);
  expect(tickets.reverse().map((ticket) => pages.take(ticket).toString())).toEqual([
    '{"Documents":[2]}',
    '{"Documents":[1]}',
  ]);
});

test.each([
  ['a container', 200, requestFor('GET', '/dbs/db/colls/items', FEED)],
  ['documents that are not of the change feed', 200, requestFor('GET', '/dbs/db/colls/items/docs', {})],
  ['a batch', 200, requestFor('POST', '/dbs/db/colls/items/docs', FEED)],
  ['a query of all ranges', 200, requestFor('POST', '/dbs/db/colls/items/docs', { 'x-ms-documentdb-isquery': 'true' })],
  ['a refusal', 429, requestFor('GET', '/dbs/db/colls/items/docs', FEED)],
])('the answer about %s reaches the SDK as it is', async (_, status, request) => {
  const response = await new RawPages(answering(status, PAGE)).httpClient.sendRequest(request);
  expect(response).toMatchObject({ status, bodyAsText: PAGE });
});

test.each([
  ['a page to log in to a network', '<html>Welcome to the hotel</html>', 'Welcome to the hotel'],
  ['nothing', '', 'no reason given'],
])('a success that is %s is a refusal', async (_, body, message) => {
  const pages = new RawPages(answering(200, body));
  const response = await pages.httpClient.sendRequest(requestFor('GET', '/dbs/db/colls/items/docs', FEED));
  expect(response).toMatchObject({ status: 502, bodyAsText: JSON.stringify({ message }) });
});

test('a page may begin with white space', async () => {
  const pages = new RawPages(answering(200, `\n ${PAGE}`));
  const { Documents } = await ask(pages, requestFor('GET', '/dbs/db/colls/items/docs', FEED));
  expect(pages.take(Documents[0]).toString()).toBe(`\n ${PAGE}`);
});

test('the SDK hears a few times in a row that a range has gone, and then it is for us to wait', async () => {
  const statuses = [410, 410, 410, 410, 410, 410, 200, 410, 410, 410, 410];
  const pages = new RawPages(async () => answer(statuses.shift() ?? 0, PAGE));
  const heard: unknown[] = [];
  while (statuses.length > 0) {
    const request = requestFor('GET', '/dbs/db/colls/items/docs', {
      ...FEED,
      'x-ms-documentdb-partitionkeyrangeid': '0',
    });
    const answered = pages.httpClient.sendRequest(request);
    heard.push(
      await answered.then(
        ({ status }) => status,
        ({ code }) => `wait, for ${code}`,
      ),
    );
  }
  expect(heard).toEqual([410, 410, 410, 'wait, for 449', 410, 410, 200, 410, 410, 410, 'wait, for 449']);
});

function requestFor(method: string, path: string, headers: Record<string, string>): HttpRequest {
  return { method, url: `https://one.example${path}`, headers: new ResponseHeaders(headers) } as unknown as HttpRequest;
}

type Exchange = ConstructorParameters<typeof RawPages>[0];

function answering(status: number, body: string): Exchange {
  return async () => answer(status, body);
}

function answer(status: number, body: string): Awaited<ReturnType<Exchange>> {
  return { status, headers: new ResponseHeaders({}), body: Buffer.from(body) };
}

async function ask(pages: RawPages, request: HttpRequest): Promise<{ Documents: [unknown] }> {
  return JSON.parse((await pages.httpClient.sendRequest(request)).bodyAsText ?? '');
}
