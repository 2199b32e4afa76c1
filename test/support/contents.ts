import { createHmac } from 'node:crypto';

// Reads and writes containers over HTTP with nothing of ours in between, so that bytes can be compared.

export interface Server {
  readonly endpoint: string;
  readonly key: string;
}

/** Every document of a container: its id and key in front, and its text without the system properties at its end. */
export async function contentsOf(server: Server, container: string): Promise<string[]> {
  const [database, name] = container.split('/');
  const link = `dbs/${database}/colls/${name}`;
  const documents: string[] = [];
  for (let continuation: string | null = ''; continuation !== null; ) {
    const response: Response = await send(server, 'GET', 'docs', link, `${link}/docs`, {
      'x-ms-max-item-count': '1000',
      ...(continuation && { 'x-ms-continuation': continuation }),
    });
    documents.push(...splitDocuments(await response.text()).map(withoutSystemProperties));
    continuation = response.headers.get('x-ms-continuation');
  }
  return documents.sort();
}

/** Creates or replaces a document with exactly this text. */
export async function upsertText(server: Server, container: string, partitionKey: string, text: string): Promise<void> {
  const [database, name] = container.split('/');
  const link = `dbs/${database}/colls/${name}`;
  const response = await send(
    server,
    'POST',
    'docs',
    link,
    `${link}/docs`,
    {
      'x-ms-documentdb-is-upsert': 'true',
      'x-ms-documentdb-partitionkey': partitionKey,
      'content-type': 'application/json',
    },
    text,
  );
  if (!response.ok) throw new Error(`upsert answered ${response.status}: ${await response.text()}`);
}

async function send(
  { endpoint, key }: Server,
  method: string,
  type: string,
  link: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Response> {
  const date = new Date().toUTCString();
  const payload = `${method.toLowerCase()}\n${type}\n${link}\n${date.toLowerCase()}\n\n`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(payload).digest('base64');
  return fetch(new URL(path, endpoint), {
    method,
    headers: {
      ...headers,
      'x-ms-date': date,
      'x-ms-version': '2020-07-15',
      authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`),
    },
    ...(body !== undefined && { body }),
  });
}

/** The texts of the documents of a page: cut behind the last system property, which is where the server puts it. */
function splitDocuments(page: string): string[] {
  const start = page.indexOf('"Documents":[') + '"Documents":['.length;
  const list = page.slice(start, page.lastIndexOf('],"_count":'));
  return list === '' ? [] : list.split(/(?<="_attachments":"attachments\/","_ts":\d+\}),/);
}

function withoutSystemProperties(text: string): string {
  const cut = text.replace(
    /,"_rid":"[^"]*","_self":"[^"]*","_etag":"[^}]*","_attachments":"attachments\/","_ts":\d+\}$/,
    '}',
  );
  if (cut === text) throw new Error(`these are not the system properties that were expected: ${text.slice(-300)}`);
  return cut;
}
