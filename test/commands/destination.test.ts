import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/commands/command.ts';
import { type Destination, type DestinationOptions, destinationOf } from '../../src/commands/destination.ts';
import { httpFlags } from '../../src/commands/http-flags.ts';
import type { FlowError } from '../../src/support/error.ts';

const SECRET = `whsec_${Buffer.alloc(24).toString('base64')}`;

/** As the flags have it when nothing is given. */
const DEFAULTS = Object.fromEntries(
  Object.entries(httpFlags).map(([name, { fallback }]) => [name, fallback]),
) as unknown as DestinationOptions;

function open(
  to: string,
  options: Partial<DestinationOptions> = {},
  environment: Context['environment'] = {},
): Destination {
  const context = {
    environment,
    stdout: new PassThrough(),
    signal: new AbortController().signal,
    talk: {},
  } as unknown as Context;
  return destinationOf({ ...DEFAULTS, out: undefined, ...options, to }, context);
}

function refusal(...given: Parameters<typeof open>): FlowError {
  try {
    open(...given);
  } catch (error) {
    return error as FlowError;
  }
  throw new Error('it was expected to be refused');
}

test.each(['ftp://h/', 'file:///x', 'mailto:a@b', 'HTTP//x', '', '/path', 'localhost:8080'])(
  '--to %j is refused, and what can be given is named',
  (to) => {
    const { exitStatus, hint } = refusal(to);
    expect(exitStatus).toBe(2);
    for (const scheme of ['https://', 'http://', 'tcp://']) expect(hint).toContain(scheme);
  },
);

test.each(['http://example.com/', 'http://10.0.0.1/', 'tcp://example.com:9000', 'http://localhost.example.com/'])(
  '%s goes over a network unencrypted only if that is meant',
  (to) => {
    expect(refusal(to)).toMatchObject({ exitStatus: 2, hint: expect.stringContaining('--allow-plain-http') });
    open(to, { allowPlainHttp: true });
  },
);

test.each([
  'http://localhost:1/',
  'http://127.0.0.1:1/',
  'http://[::1]:1/',
  'tcp://localhost:1',
  'https://example.com/',
])('%s needs no leave', (to) => {
  open(to);
});

test.each(['https://169.254.169.254/latest', 'https://[fe80::1]/', 'tcp://169.254.169.254:80'])(
  '%s is link-local, and needs leave',
  (to) => {
    expect(refusal(to)).toMatchObject({ exitStatus: 2, hint: expect.stringContaining('--allow-link-local') });
    open(to, { allowLinkLocal: true, allowPlainHttp: true });
  },
);

test.each(['tcp://127.0.0.1', 'tcp://127.0.0.1:0', 'tcp://127.0.0.1:1/path', 'tcp://127.0.0.1:1?x'])(
  '%s is not an address of TCP',
  (to) => {
    expect(refusal(to)).toMatchObject({ exitStatus: 2 });
  },
);

describe('secrets', () => {
  test('are not taken from the URL', () => {
    const { message, hint } = refusal('https://me:hunter2@example.com/');
    expect(`${message} ${hint}`).not.toMatch(/me|hunter2/);
    expect(hint).toContain('--http-header-env');
  });

  test('in the path or the query are neither in the name of the destination nor in errors', () => {
    const { name } = open('https://example.com/hooks/hunter2?code=hunter3');
    expect(name).toMatch(/^https:\/\/example\.com \(path [0-9a-f]{8}\)$/);
    expect(open('https://example.com/hooks/hunter2?code=another').name).toBe(name);
    expect(open('https://example.com/hooks/other').name).not.toBe(name);
    for (const to of ['http://example.com/hunter2?hunter3', 'x://h/hunter2']) {
      const { message, hint } = refusal(to);
      expect(`${message} ${hint}`).not.toContain('hunter');
    }
  });

  test('are not taken as a header from the command line', () => {
    for (const header of ['Authorization: Bearer hunter2', 'x-api-key:hunter2', 'Cookie: hunter2']) {
      expect(() => httpFlags.httpHeader.parse(header)).toThrow(
        expect.objectContaining({ exitStatus: 2, hint: expect.stringContaining('--http-header-env') }),
      );
      expect(() => httpFlags.httpHeader.parse(header)).not.toThrow('hunter2');
    }
  });

  test('that the environment does not have are missed before anything is sent', () => {
    const httpHeaderEnv = [{ name: 'authorization', variable: 'NOPE' }];
    expect(refusal('https://example.com/', { httpHeaderEnv })).toMatchObject({ exitStatus: 2 });
    expect(refusal('https://example.com/', { webhookSecretEnv: 'NOPE' })).toMatchObject({ exitStatus: 2 });
    open('https://example.com/', { httpHeaderEnv, webhookSecretEnv: 'NOPE' }, { NOPE: SECRET });
  });

  test('that cannot be sent or signed with are refused, and not told', () => {
    const httpHeaderEnv = [{ name: 'authorization', variable: 'TOKEN' }];
    const injected = refusal('https://example.com/', { httpHeaderEnv }, { TOKEN: 'hunter2\r\nx: y' });
    expect(injected).toMatchObject({ exitStatus: 2, message: expect.not.stringContaining('hunter2') });
    const short = refusal('https://example.com/', {}, { COSMOSFLOW_WEBHOOK_SECRET: 'whsec_aHVudGVyMg==' });
    expect(short).toMatchObject({ exitStatus: 2, message: expect.not.stringContaining('aHVudGVyMg') });
  });
});

test('a header is given once', () => {
  const httpHeader = [{ name: 'x-tenant', value: 'a' }];
  const httpHeaderEnv = [{ name: 'x-tenant', variable: 'TENANT' }];
  expect(refusal('https://example.com/', { httpHeader, httpHeaderEnv }, { TENANT: 'b' })).toMatchObject({
    message: 'the header "x-tenant" is given twice',
  });
});

test.each(['x-tenant', ': value', 'content-length: 1', 'x y: z'])('%j is not a header to send', (header) => {
  expect(() => httpFlags.httpHeader.parse(header)).toThrow(expect.objectContaining({ exitStatus: 2 }));
});

test.each(['authorization', '=TOKEN', 'authorization=', 'host=TOKEN'])(
  '%j is not a header and a variable',
  (header) => {
    expect(() => httpFlags.httpHeaderEnv.parse(header)).toThrow(expect.objectContaining({ exitStatus: 2 }));
  },
);

test('several changes are not one event', () => {
  expect(refusal('https://example.com/', { httpBody: 'cloudevents', httpBatch: 2 })).toMatchObject({
    exitStatus: 2,
    hint: expect.stringContaining('cloudevents-batch'),
  });
});

test('--to and --out exclude each other', () => {
  expect(refusal('https://example.com/', { out: 'x.ndjson' })).toMatchObject({ exitStatus: 2 });
});
