import { expect, test } from 'vitest';
import { openEmulator } from './rig.ts';
import { send } from './wire.ts';

test.each(['127.0.0.1', 'localhost', 'LOCALHOST'])('the server answers for %s', async (name) => {
  const emulator = await openEmulator();
  const host = `${name}:${new URL(emulator.endpoint).port}`;
  const { status, text } = await send(emulator, { path: '/', headers: { host } });
  expect(status).toBe(200);
  expect(JSON.parse(text).writableLocations[0].databaseAccountEndpoint).toBe(`http://${host}/`);
});

test.each(['example.com', '127.0.0.1', '127.0.0.1:1', '[::1]', 'localhost.example.com:80'])(
  'the server does not answer for "%s"',
  async (host) => {
    const { status, text } = await send(await openEmulator(), { path: '/', headers: { host } });
    expect(status).toBe(421);
    expect(JSON.parse(text)).toMatchObject({ code: 'MisdirectedRequest' });
  },
);

test.each([{ origin: 'http://127.0.0.1' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
  'a web page with %j is not answered',
  async (headers) => {
    const { status, text } = await send(await openEmulator(), { path: '/', headers });
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ code: 'Forbidden' });
  },
);
