import { BODY_FORMATS } from '../sinks/http/body.ts';
import { CONTENT_ENCODINGS, headerName, headerValue, isSecret } from '../sinks/http/header.ts';
import { FlowError } from '../support/error.ts';
import { choice, concurrency, count, duration, list, optional, toggle } from './flags.ts';
import { allNeeding, without } from './needs.ts';

// What `--to https://…` and `--to tcp://…` can be told, for every command that sends changes on.

/** A header, and where its value comes from. */
export interface GivenHeader {
  readonly name: string;
  readonly value?: string;
  /** Of the environment. */
  readonly variable?: string;
}

const RECEIVER = without('--to URL', ({ to }) => to !== undefined);
const HTTP = without('--to https://…', ({ to }) => /^https?:/i.test(String(to)));

export const httpFlags = {
  ...allNeeding(HTTP, {
    httpBatch: count('--http-batch <n>', 'changes to send in a request, up to 1 MB of them', 1, { max: 10_000 }),
    httpBody: choice('--http-body <format>', 'what requests hold; json if nothing else is said', BODY_FORMATS),
    httpMethod: choice('--http-method <method>', 'how to send; post if nothing else is said', ['post', 'put']),
    httpCompress: choice('--http-compress <encoding>', 'compress what is sent', CONTENT_ENCODINGS),
    httpHeader: list<GivenHeader>('--http-header <"name: value">', 'a header to send', parseHeader),
    httpHeaderEnv: list<GivenHeader>(
      '--http-header-env <name=VARIABLE>',
      'a header to send whose value is secret, and in the environment',
      parseHeaderVariable,
    ),
    webhookSecretEnv: optional(
      '--webhook-secret-env <VARIABLE>',
      'where the secret to sign with is; else COSMOSFLOW_WEBHOOK_SECRET, if that is set',
    ),
    treat409AsDuplicate: toggle('--treat-409-as-duplicate', 'a receiver that answers 409 has the change already'),
    concurrency: { ...concurrency, summary: 'requests under way at once to the receiver' },
  }),
  ...allNeeding(RECEIVER, {
    sendTimeout: duration('--send-timeout <time>', 'how long a receiver may take to answer', '30s', { minMs: 1 }),
    allowPlainHttp: toggle('--allow-plain-http', 'send unencrypted to other machines, too: http: and tcp:'),
    allowLinkLocal: toggle('--allow-link-local', 'send to link-local addresses, where clouds keep credentials, too'),
  }),
};

function parseHeader(text: string): GivenHeader {
  const colon = text.indexOf(':');
  if (colon < 1) throw new FlowError('usage', `"${text}" is not "name: value"`);
  const name = headerName(text.slice(0, colon));
  if (isSecret(name)) {
    throw new FlowError('usage', `"${name}" is a secret, and a command line can be read by everybody on the machine`, {
      hint: `put its value into the environment: --http-header-env ${name}=VARIABLE`,
    });
  }
  return { name, value: headerValue(name, text.slice(colon + 1)) };
}

function parseHeaderVariable(text: string): GivenHeader {
  const [, name = '', variable = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (variable === '') throw new FlowError('usage', `"${text}" is not name=VARIABLE`);
  return { name: headerName(name), variable };
}
