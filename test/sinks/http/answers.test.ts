import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../../src/contract.ts';
import { Refused } from '../../../src/sinks/refused.ts';
import { Undelivered } from '../../../src/sinks/undelivered.ts';
import { upsert } from '../../support/changes.ts';
import { failureOf, openSink, serve, status } from './rig.ts';

const CHANGES = [upsert('a'), upsert('b')];

describe('a receiver that answers', () => {
  test.each([200, 201, 202, 204, 299])('%i has taken the change', async (code) => {
    const { url, requests } = await serve(status(code));
    await openSink(url).write(CHANGES, EVERYTHING);
    expect(requests).toHaveLength(2);
  });

  test('200 with an error in its body has taken the change', async () => {
    const { url } = await serve((response) => response.end('{"error":"no"}'));
    await openSink(url).write(CHANGES, EVERYTHING);
  });

  test.each([408, 425, 429, 500, 502, 503, 504])('%i is to be asked again', async (code) => {
    const { url } = await serve(status(code));
    const failure = await failureOf(openSink(url).write(CHANGES, EVERYTHING));
    expect(failure).toBeInstanceOf(Undelivered);
    expect(failure).toMatchObject({ changes: CHANGES, retryAfterMs: 0, reason: { code: 'sink_unavailable' } });
  });

  test.each([301, 302, 303, 307, 308])('%i stops the run, and nobody follows', async (code) => {
    const elsewhere = await serve(status(200));
    const { origin } = new URL(elsewhere.url);
    const { url } = await serve((response, { path }) => {
      const location = path.startsWith('/changes') ? `${elsewhere.url}&secret=x` : '/';
      response.writeHead(code, { location }).end();
    });
    expect(await failureOf(openSink(url).write(CHANGES, EVERYTHING))).toMatchObject({
      code: 'sink_refused',
      message: `"${new URL(url).origin}" answered ${code}: a redirect to "${origin}"`,
    });
    expect(elsewhere.requests).toEqual([]);
  });

  test.each(['/elsewhere', 'javascript:alert(1)', ''])('302 to "%s" of its own stops the run', async (location) => {
    const { url, requests } = await serve((response) => response.writeHead(302, { location }).end());
    expect(await failureOf(openSink(url).write([upsert('a')], EVERYTHING))).toMatchObject({ code: 'sink_refused' });
    expect(requests).toHaveLength(1);
  });

  test.each([304, 402, 404, 405, 406, 410, 415, 421, 431, 501, 505, 511])('%i stops the run', async (code) => {
    const { url, requests } = await serve(status(code));
    const failure = await failureOf(openSink(url).write(CHANGES, EVERYTHING));
    expect(failure).toMatchObject({ code: 'sink_refused', message: expect.stringContaining(`answered ${code}`) });
    expect(requests.length).toBeLessThanOrEqual(CHANGES.length);
  });

  test('with what stops the run only after it has taken a change leaves the rest alone', async () => {
    const { url } = await serve((response, { body }) => response.writeHead(body.includes('"a"') ? 204 : 404).end());
    const failure = await openSink(url)
      .write(CHANGES, EVERYTHING)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ changes: [CHANGES[1]], reason: { code: 'sink_refused' } });
  });

  test.each([401, 403])('%i stops the run for want of credentials', async (code) => {
    const { url } = await serve((response) => response.writeHead(code).end(`it is\nunsigned ${'x'.repeat(1000)}`));
    expect(await failureOf(openSink(url).write(CHANGES, EVERYTHING))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/ answered 40[13]: it is unsigned x{150,200}…$/),
      hint: expect.stringContaining('COSMOSFLOW_WEBHOOK_SECRET'),
    });
  });

  test('that it wants no more is asked nothing more', async () => {
    const { url, requests } = await serve(status(410));
    const sink = openSink(url, { sink: { concurrency: 1 } });
    const changes = Array.from({ length: 20 }, (_, index) => upsert(`item-${index}`));
    await failureOf(sink.write(changes, EVERYTHING));
    await failureOf(sink.write(changes, EVERYTHING));
    expect(requests).toHaveLength(1);
  });

  test.each([400, 409, 412, 413, 422, 451])('%i refuses the change', async (code) => {
    const { url } = await serve((response, { body }) =>
      response.writeHead(body.includes('"a"') ? code : 200).end('it has\r\n\u001b[2J no total'),
    );
    const failure = await failureOf(openSink(url).write(CHANGES, EVERYTHING));
    expect(failure).toBeInstanceOf(Refused);
    expect(failure).toMatchObject({
      refusals: [{ change: CHANGES[0], status: code, reason: { code: 'sink_refused' } }],
      left: [],
    });
    const { reason } = (failure as Refused).refusals[0] as { reason: unknown };
    expect((reason as Error).message).toBe(
      `"${new URL(url).origin}" answered ${code} to the document with id "a": it has \\u{1b}[2J no total`,
    );
  });

  test('400 to a result of a query does not say that it was a document', async () => {
    const { url } = await serve(status(400));
    const result = { ...upsert('a'), key: '"","FF","",0', isResult: true };
    expect(await failureOf(openSink(url).write([result], EVERYTHING))).toMatchObject({
      refusals: [{ reason: { message: expect.stringMatching(/ answered 400 to a result$/) } }],
    });
  });

  test('409 has the change already, where that is said', async () => {
    const { url } = await serve(status(409));
    await openSink(url, { isConflictDuplicate: true }).write(CHANGES, EVERYTHING);
  });
});

describe('a receiver that wants to be left alone', () => {
  const IN_A_MINUTE = { now: () => Date.parse('2026-11-21T00:00:00Z') };

  test.each([
    ['7', 7000],
    [' 7 ', 7000],
    ['86400', 3_600_000],
    ['Sat, 21 Nov 2026 00:01:00 GMT', 60_000],
    ['Sat, 21 Nov 2026 23:00:00 GMT', 3_600_000],
    ['Fri, 20 Nov 2026 00:00:00 GMT', 0],
    ['Saturday, 21-Nov-26 00:01:00 GMT', 60_000],
    ['-5', 0],
    ['1.5', 0],
    ['soon', 0],
    ['Sat', 0],
    ['', 0],
  ])('with "%s" is left alone for %i ms', async (value, retryAfterMs) => {
    const { url } = await serve(status(429, { 'retry-after': value }));
    const failure = await failureOf(openSink(url, IN_A_MINUTE).write([upsert('a')], EVERYTHING));
    expect(failure).toMatchObject({ retryAfterMs });
    const words = retryAfterMs > 0 ? 'answered 429, and asks to be left alone for ' : 'answered 429 again and again';
    expect((failure as Undelivered).reason).toHaveProperty('message', expect.stringContaining(words));
  });

  test('is left alone by all that would be sent', async () => {
    const { url, requests } = await serve(status(503, { 'retry-after': '60' }));
    const sink = openSink(url, { sink: { concurrency: 1 } });
    const changes = Array.from({ length: 20 }, (_, index) => upsert(`item-${index}`));
    const failure = await failureOf(sink.write(changes, EVERYTHING));
    expect(failure).toMatchObject({ changes, reason: { message: expect.stringContaining('answered 503') } });
    expect((failure as Undelivered).retryAfterMs).toBeGreaterThan(59_000);
    await failureOf(sink.write([upsert('other')], EVERYTHING));
    expect(requests).toHaveLength(1);
  });
});
