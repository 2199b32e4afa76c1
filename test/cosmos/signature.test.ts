import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos';
import { describe, expect, test, vi } from 'vitest';
import { masterKeySignature } from '../../src/cosmos/signature.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';

type Requests = Parameters<NonNullable<CosmosClientOptions['httpClient']>['sendRequest']>[0][];

const ENDPOINT = 'https://localhost:8081/';

describe('a request is signed as the SDK would sign it', () => {
  test.each<[string, (client: CosmosClient) => Promise<unknown>]>([
    ['of an account', (client) => client.getDatabaseAccount()],
    ['for a database', (client) => client.database('Shop').read()],
    ['for a new container', (client) => client.database('Shop').containers.create({ id: 'Orders' })],
    ['for ranges', (client) => client.database('Shop').container('Orders').readPartitionKeyRanges().fetchNext()],
    ['for documents', (client) => client.database('Shop').container('Ördérs').items.readAll().fetchNext()],
    ['for a document', (client) => client.database('Shop').container('Orders').item('Id 1', 'k').read()],
    ['for a batch', (client) => client.database('S').container('O').items.batch([], 'k')],
    ['for an offer, whose id counts in lower case', (client) => client.offer('AbC-').read()],
    ['to delete by partition key', (client) => client.database('S').container('O').deleteAllItemsForPartitionKey('k')],
  ])('%s', async (_, ask) => {
    const theirs = await requestsOf({ key: EMULATOR_KEY }, ask);
    const ours = await requestsOf({ tokenProvider: masterKeySignature(EMULATOR_KEY) }, ask);
    expect(ours.map(signature)).toEqual(theirs.map(signature));
    expect(theirs.length).toBeGreaterThan(0);
  });

  test('with a shared access signature', async () => {
    const token = 'type=sas&ver=1&sig=abc;def';
    const ask = (client: CosmosClient): Promise<unknown> => client.database('Shop').read();
    const theirs = await requestsOf({ key: token }, ask);
    const ours = await requestsOf({ tokenProvider: masterKeySignature(token) }, ask);
    expect(ours.map(signature)).toEqual(theirs.map(signature));
  });
});

function signature({ headers }: Requests[number]): unknown {
  return [headers.get('authorization'), headers.get('x-ms-date')];
}

/** What is sent when the clock stands still, to a server that has nothing. */
async function requestsOf(
  credentials: Partial<CosmosClientOptions>,
  ask: (client: CosmosClient) => Promise<unknown>,
): Promise<Requests> {
  const requests: Requests = [];
  vi.useFakeTimers({ now: 0, toFake: ['Date'] });
  const client = new CosmosClient({
    endpoint: ENDPOINT,
    ...credentials,
    httpClient: {
      async sendRequest(request) {
        requests.push(request);
        const bodyAsText = requests.length === 1 ? ACCOUNT : '{"message":"nothing here"}';
        return { request, status: requests.length === 1 ? 200 : 404, headers: request.headers, bodyAsText };
      },
    },
  });
  try {
    await ask(client);
  } catch (error) {
    expect(String(error)).toContain('nothing here');
  } finally {
    client.dispose();
    vi.useRealTimers();
  }
  return requests;
}

const LOCATIONS = [{ name: 'here', databaseAccountEndpoint: ENDPOINT }];
const ACCOUNT = JSON.stringify({ id: 'a', writableLocations: LOCATIONS, readableLocations: LOCATIONS });
