import { FlowError } from '../support/error.ts';

/** Where a container is: in the embedded server, at an endpoint, or in the account that the environment names. */
export type Address = ContainerName &
  (
    | { readonly account: 'environment' }
    | { readonly account: 'embedded' }
    | { readonly account: 'endpoint'; readonly endpoint: string }
  );

export interface ContainerName {
  readonly database: string;
  readonly container: string;
}

/** Reads `db/container`, `cosmos://HOST[:PORT]/db/container`, also with `cosmos+https:`, or `embedded:db/container`. */
export function parseAddress(text: string): Address {
  if (text.startsWith('embedded:')) return { account: 'embedded', ...parseName(text, text.slice('embedded:'.length)) };
  if (/^cosmos(\+https)?:\/\//.test(text)) return parseEndpoint(text);
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) throw malformed(text, 'its scheme is unknown');
  return { account: 'environment', ...parseName(text, text) };
}

/** Whether a host name always means this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

function parseEndpoint(text: string): Address {
  const isPlain = text.startsWith('cosmos:');
  const url = URL.parse(text.replace(/^[^:]+/, 'https'));
  if (url?.username || url?.password || /AccountKey/i.test(text)) {
    throw new FlowError(
      'usage',
      'an address must not carry a key: command lines can be read by everyone on this machine',
      {
        hint: 'set COSMOS_KEY (and COSMOS_TARGET_KEY for a second account) in the environment',
      },
    );
  }
  if (!url?.hostname) throw malformed(text, 'it has no host');
  if (url.search || url.hash) throw malformed(text, 'names cannot contain \\, # or ?');
  const scheme = isPlain && isLoopback(url.hostname) ? 'http' : 'https';
  const path = decode(text, url.pathname.slice(1));
  return { account: 'endpoint', endpoint: `${scheme}://${url.host}/`, ...parseName(text, path) };
}

function decode(text: string, path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw malformed(text, 'a percent sign in it starts no character');
  }
}

function parseName(text: string, path: string): ContainerName {
  const [database, container, ...rest] = path.split('/');
  if (!database || !container || rest.length > 0) throw malformed(text, 'it is not DATABASE/CONTAINER');
  if (/[\\#?]/.test(path)) throw malformed(text, 'names cannot contain \\, # or ?');
  return { database, container };
}

function malformed(text: string, why: string): FlowError {
  return new FlowError('usage', `"${text}" is not an address: ${why}`, {
    hint: 'write db/container, cosmos://HOST[:PORT]/db/container or embedded:db/container',
  });
}
