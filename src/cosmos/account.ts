import { EMULATOR_KEY } from '../protocol/emulator-key.ts';
import { FlowError } from '../support/error.ts';
import { redact } from '../support/redaction.ts';
import { type Address, isLoopback } from './address.ts';

/** What it takes to reach an account. The key never leaves this object but into signatures. */
export interface Account {
  readonly endpoint: string;
  readonly key: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The account of an address that is not embedded, from the environment where the address does not say it. */
export function accountOf(address: Address, role: 'source' | 'target', environment: Environment): Account {
  const prefixes = role === 'target' ? ['COSMOS_TARGET_', 'COSMOS_'] : ['COSMOS_'];
  const accounts = prefixes.map((prefix) => ({ prefix, ...readAccount(prefix, environment) }));
  if (address.account === 'endpoint') {
    const key = keyFor(address.endpoint, accounts);
    if (!key) throw missing(`no key for "${address.endpoint}"`, `set ${prefixes[0]}KEY in the environment`);
    return { endpoint: address.endpoint, key };
  }
  const found = accounts.find(({ endpoint }) => endpoint);
  const name = `"${address.database}/${address.container}"`;
  const elsewhere = `or try it without an account: embedded:${address.database}/${address.container}`;
  if (!found?.endpoint) throw missing(`no account for ${name}`, `set COSMOS_URI and COSMOS_KEY, ${elsewhere}`);
  const key = found.key ?? emulatorKey(found.endpoint);
  if (!key) throw missing(`no key for ${name} at "${found.endpoint}"`, `set ${found.prefix}KEY, ${elsewhere}`);
  return { endpoint: found.endpoint, key };
}

/** Of the account at that endpoint; else of the account that was meant for the role; an emulator has its own. */
function keyFor(endpoint: string, accounts: readonly Partial<Account & { prefix: string }>[]): string | undefined {
  const here = accounts.find((account) => account.endpoint === endpoint);
  const meant = accounts.find(({ prefix, key }) => key && prefix === 'COSMOS_TARGET_');
  const elsewhere = accounts.find((account) => account.key && account.endpoint === undefined);
  return here?.key ?? meant?.key ?? elsewhere?.key ?? emulatorKey(endpoint) ?? accounts.find(({ key }) => key)?.key;
}

function readAccount(prefix: string, environment: Environment): Partial<Account> {
  const text = environment[`${prefix}CONNECTION_STRING`];
  const parts = new Map(text?.split(';').map((part) => splitOnce(part.trim(), '=')));
  const endpoint = environment[`${prefix}URI`] ?? parts.get('AccountEndpoint');
  const key = environment[`${prefix}KEY`] ?? parts.get('AccountKey');
  if (text && !(parts.has('AccountEndpoint') && parts.has('AccountKey'))) {
    throw missing(`${prefix}CONNECTION_STRING is not a connection string`, 'it reads AccountEndpoint=…;AccountKey=…;');
  }
  return { ...(endpoint && { endpoint: normalise(endpoint, `${prefix}URI`) }), ...(key && { key }) };
}

function normalise(endpoint: string, variable: string): string {
  const url = URL.parse(endpoint);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw missing(`${variable} "${redact(endpoint)}" is not an address`, 'it reads https://NAME.documents.azure.com/');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw missing(
      `${variable} "${redact(endpoint)}" is not encrypted`,
      'use https; plain http is for this machine alone',
    );
  }
  return `${url.protocol}//${url.host}/`;
}

function emulatorKey(endpoint: string): string | undefined {
  return isLoopback(new URL(endpoint).hostname) ? EMULATOR_KEY : undefined;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function missing(message: string, hint: string): FlowError {
  return new FlowError('configuration', message, { hint });
}
