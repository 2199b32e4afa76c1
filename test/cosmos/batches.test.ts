import type { Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { Batches } from '../../src/cosmos/batches.ts';
import { type HttpRequest, type RawResponse, ResponseHeaders } from '../../src/cosmos/transport.ts';

const BODY = Buffer.from('[{"operationType":"Delete","id":"a"}]');
const OUTCOMES = '[{"statusCode":204}]';

test('a batch goes out with its own body, of independent operations, to a physical range', async () => {
  const rig = open(200, OUTCOMES);
  expect(await rig.batches.post(rig.container, '7', BODY)).toMatchObject({
    outcomes: [{ statusCode: 204 }],
    containerRid: 'rid',
  });
  expect(rig.sent).toEqual([
    {
      body: BODY.toString(),
      headers: {
        'x-ms-cosmos-is-batch-request': 'True',
        'x-ms-cosmos-batch-atomic': 'false',
        'x-ms-cosmos-batch-continue-on-error': 'true',
        'x-ms-documentdb-partitionkeyrangeid': '7',
      },
    },
  ]);
});

describe('a batch has failed as a whole when it is answered with', () => {
  test.each([
    ['a refusal', 429, '{"message":"too much"}', 429],
    ['a page to log in to a network', 200, '<html>Welcome to the hotel</html>', 502],
    ['nothing', 200, '', 502],
  ])('%s', async (_, status, answer, code) => {
    const { batches, container } = open(status, answer);
    await expect(batches.post(container, '7', BODY)).rejects.toMatchObject({ code });
  });
});

test('what a batch held is let go of when it is over, however it ends', async () => {
  for (const status of [200, 503]) {
    const rig = open(status, OUTCOMES);
    await rig.batches.post(rig.container, '7', BODY).catch(() => {});
    await rig.again();
    expect(rig.sent.map(({ body }) => body)).toEqual([BODY.toString(), undefined]);
  }
});

/** A server that answers always the same, and as much of the SDK as there is to a batch. */
function open(status: number, answer: string) {
  const sent: { body: string | undefined; headers: Record<string, string> }[] = [];
  const batches = new Batches(async ({ headers }, body): Promise<RawResponse> => {
    sent.push({ body: body?.toString(), headers: headers.toJSON() });
    return { status, headers: new ResponseHeaders({}), body: Buffer.from(answer) };
  });
  let text = '';
  const send = () => {
    const headers = new ResponseHeaders({
      'x-ms-cosmos-is-batch-request': 'True',
      'x-ms-documentdb-partitionkey': '[]',
    });
    const request = { method: 'POST', url: 'https://one.example/dbs/db/colls/items/docs', headers, body: text };
    return batches.httpClient.sendRequest(request as unknown as HttpRequest);
  };
  const batch = async (operations: unknown) => {
    text = JSON.stringify(operations);
    const response = await send();
    if (response.status >= 400) throw Object.assign(new Error('refused'), { code: response.status });
    return { headers: { 'x-ms-content-path': 'rid' } };
  };
  return { batches, sent, container: { items: { batch } } as unknown as Container, again: send };
}
