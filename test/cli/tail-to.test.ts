import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { verify, webhookSecrets } from '../../src/protocol/webhook.ts';
import { type Received, serve } from '../sinks/http/rig.ts';
import { useAccount } from '../support/account.ts';
import { contentsOf } from '../support/contents.ts';
import { useDirectory } from '../support/run-cli.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

test('what a receiver did not take is sent again by the same command, under the same ids', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  await run(['produce', address('shop/orders'), '--count', '60'], { cwd });
  const taken: Received[] = [];
  const { url, requests } = await serve((response, request) => {
    const isDown = requests.length > 20 && requests.length <= 40;
    if (!isDown) taken.push(request);
    response.writeHead(isDown ? 503 : 200).end();
  });
  const flags = ['--to', url, '-e', '--max-item-count', '10', '--concurrency', '4'];
  const env = { COSMOSFLOW_WEBHOOK_SECRET: SECRET, HOOK_TOKEN: 'Bearer x' };
  const tail = (...more: string[]) =>
    run(['tail', address('shop/orders'), ...flags, '--http-header-env', 'authorization=HOOK_TOKEN', ...more], {
      cwd,
      env,
    });

  const first = await tail('--patience', '0');
  expect(first, first.stderr).toMatchObject({ status: 6, stdout: '' });
  expect(first.stderr).toContain(`"${new URL(url).origin}" answered 503 again and again`);
  expect(first.stderr).not.toContain('code=1');
  const second = await tail();
  expect(second, second.stderr).toMatchObject({ status: 0 });
  const third = await tail();
  expect(third.stderr).toMatch(/read 0, written 0/);

  const ids = new Map<string, Set<unknown>>();
  for (const { body, headers } of requests) {
    const { id } = JSON.parse(body.toString()) as { id: string };
    ids.set(id, (ids.get(id) ?? new Set()).add(headers['idempotency-key']));
  }
  expect(requests.length).toBeGreaterThan(60);
  expect([...ids.values()].map(({ size }) => size)).toEqual(Array.from({ length: 60 }, () => 1));
  const documents = new Set(taken.map(({ body }) => body.toString()));
  expect(documents.size).toBe(60);
  expect((await contentsOf(account, named('shop/orders'))).length).toBe(60);
  for (const { headers, body } of requests) {
    const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
      String(headers[`webhook-${name}`]),
    );
    const received = { id, timestamp, signature, body };
    expect(verify(received, webhookSecrets(SECRET, 'SECRET'), { nowMs: Date.now() })).toBe('genuine');
    expect(headers.authorization).toBe('Bearer x');
  }
});

test('killed at any request, the same command sends the rest, and what it repeats under the same id', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  await run(['produce', address('shop/orders'), '--count', '60'], { cwd });
  let kill = (): unknown => undefined;
  const { url, requests } = await serve((response, _, nth) => (nth === 10 || nth === 35 ? kill() : response.end()));
  const flags = ['--to', url, '-e', '--max-item-count', '10', '--concurrency', '4', '--http-body', 'cloudevents'];
  const signals: unknown[] = [];
  for (let times = 0; times < 3; times++) {
    const onStart = (child: ChildProcess): void => {
      kill = () => child.kill('SIGKILL');
    };
    const { signal, status } = await run(['tail', address('shop/orders'), ...flags], { cwd, onStart });
    signals.push(signal ?? status);
  }
  expect(signals).toEqual(['SIGKILL', 'SIGKILL', 0]);
  const events = requests.map(({ body }) => JSON.parse(body.toString()) as { id: string; subject: string });
  expect(new Set(events.map(({ id }) => id)).size).toBe(60);
  expect(new Set(events.map(({ id, subject }) => `${id} ${subject}`)).size).toBe(60);
  const stored = (await contentsOf(account, named('shop/orders'))).map(
    (text) => (JSON.parse(text) as { id: string }).id,
  );
  expect([...new Set(events.map(({ subject }) => subject))].sort()).toEqual(stored.sort());
});

test('a change that is refused ends the run with 6, and says which; or is set aside, and the run goes on', async () => {
  const { address, run } = await useAccount();
  const cwd = useDirectory();
  await run(['produce', address('shop/orders'), '--count', '20'], { cwd });
  let bad: string | undefined;
  const { url } = await serve((response, { body }) => {
    const ids = (JSON.parse(body.toString()) as { id: string }[]).map(({ id }) => id);
    bad ??= ids.at(3);
    const isBad = bad !== undefined && ids.includes(bad);
    response.writeHead(isBad ? 422 : 200).end(isBad ? 'no amount' : '');
  });
  const tail = (...more: string[]) =>
    run(['tail', address('shop/orders'), '--to', url, '-e', '--http-batch', '10', ...more], { cwd });
  const refused = await tail();
  expect(refused, refused.stderr).toMatchObject({ status: 6, stdout: '' });
  expect(refused.stderr).toContain(`answered 422 to the document with id "${bad}": no amount\n  hint: `);

  const setAside = await tail('--dead-letter', 'letters.ndjson');
  expect(setAside, setAside.stderr).toMatchObject({ status: 3, stdout: '' });
  const letters = readFileSync(join(cwd, 'letters.ndjson'), 'utf8').trimEnd().split('\n');
  expect(letters).toHaveLength(1);
  expect(letters[0]).toContain(`"${bad}"`);
  expect(setAside.stderr).toMatch(/the first that is set aside, in "letters\.ndjson": .* answered 422 .*: no amount\n/);
  expect((await tail()).stderr).toMatch(/read 0, written 0/);
});

test('a receiver that is waited for after Ctrl-C is said to be, and what it takes then is not sent again', async () => {
  const { address, run } = await useAccount();
  const cwd = useDirectory();
  await run(['produce', address('shop/orders'), '--count', '5'], { cwd });
  let child: ChildProcess | undefined;
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const { url, requests } = await serve((response) => {
    child?.kill('SIGINT');
    child = undefined;
    void told.then(() => response.end());
  });
  const tail = (onStart?: (started: ChildProcess) => void) =>
    run(['tail', address('shop/orders'), '-e', '--to', url], { cwd, ...(onStart && { onStart }) });
  const stopped = await tail((started) => {
    child = started;
    started.stderr?.on('data', (text) => String(text).includes('giving the destination up to 10') && tell());
  });
  expect(stopped, stopped.stderr).toMatchObject({ status: 130 });
  expect(stopped.stderr).toMatch(/stopped: read 5, written 5/);
  expect((await tail()).stderr).toMatch(/read 0, written 0/);
  expect(requests).toHaveLength(5);
});

test('over TCP every document is acknowledged, and the next run has nothing to send', async () => {
  const { address, run } = await useAccount();
  const cwd = useDirectory();
  await run(['produce', address('shop/orders'), '--count', '25'], { cwd });
  const lines: string[] = [];
  const server = createServer((socket) => {
    let [text, count] = ['', 0];
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes.toString();
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        if (line !== '') count = lines.push(line) && count + 1;
        else {
          socket.write(`ack ${count}\n`);
          count = 0;
        }
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const to = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const sent of [25, 0]) {
    const result = await run(['tail', address('shop/orders'), '--to', to, '-e', '--envelope'], { cwd });
    expect(result, result.stderr).toMatchObject({ status: 0, stdout: '' });
    expect(result.stderr).toMatch(new RegExp(`read ${sent}, written ${sent}`));
  }
  expect(new Set(lines.map((line) => (JSON.parse(line) as { key: [string] }).key[0])).size).toBe(25);
});
