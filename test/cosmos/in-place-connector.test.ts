import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../../scripts/bench/certificate.ts';
import { ask } from '../../src/cosmos/answer.ts';
import { inPlaceConnector } from '../../src/cosmos/in-place-connector.ts';
import { randomFrom } from '../support/random.ts';

const SIGNAL = new AbortController().signal;

test.each(['http', 'https'])(
  'answers that come side by side over %s are whole, however they are cut',
  async (scheme) => {
    const random = randomFrom(11);
    const bodies = Array.from({ length: 60 }, (_, index) => Buffer.alloc(random.integer(300_000), `${index} `));
    const { agent, origin } = await serve(scheme, async ({ url }, response) => {
      const body = bodies[Number(url?.slice(1))] as Buffer;
      // Every other answer does not say how long it is.
      if (Number(url?.slice(1)) % 2 === 0) response.setHeader('content-length', body.length);
      for (let at = 0; at < body.length; at += 70_000) {
        response.write(body.subarray(at, at + 70_000));
        await new Promise(setImmediate);
      }
      response.end();
    });
    const asked = bodies.map((_, index) => ask(agent, { origin, path: `/${index}`, method: 'GET' }, SIGNAL));
    const answers = await Promise.all(asked);
    expect(answers.every(({ body }, index) => body.equals(bodies[index] as Buffer))).toBe(true);
  },
);

test.each(['http', 'https'])('a reader over %s that pauses loses nothing', async (scheme) => {
  const body = Buffer.alloc(2_000_000, 'All work and no play, page ');
  const { agent, origin } = await serve(scheme, (_, response) => response.end(body));
  const answers = await Promise.all([1, 2, 3].map(() => askSlowly(agent, origin)));
  expect(answers.every((answer) => answer.equals(body))).toBe(true);
});

/** Pauses after each piece. */
function askSlowly(agent: Agent, origin: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  return new Promise((resolve, reject) => {
    agent.dispatch(
      { origin, path: '/', method: 'GET' },
      {
        onRequestStart: () => {},
        onResponseStart: () => {},
        onResponseData: (controller, piece) => {
          pieces.push(Buffer.from(piece));
          controller.pause();
          setImmediate(() => controller.resume());
        },
        onResponseEnd: () => resolve(Buffer.concat(pieces)),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}

async function serve(scheme: string, listener: RequestListener): Promise<{ agent: Agent; origin: string }> {
  const certificate = selfSigned();
  const server = scheme === 'https' ? createSecureServer(certificate, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ connect: inPlaceConnector({ ca: certificate.cert }) });
  onTestFinished(async () => {
    await agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { agent, origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
