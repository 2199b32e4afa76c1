import { type Account, type Answer, type Call, send } from './wire.ts';

/** Every document of a container: its id and key in front, and its text without the system properties at its end. */
export async function contentsOf(account: Account, container: string): Promise<string[]> {
  const link = linkOf(container);
  const { PartitionKeyRanges } = JSON.parse((await sendWell(account, { path: `${link}/pkranges` })).text);
  const documents: string[] = [];
  for (const { id } of PartitionKeyRanges) documents.push(...(await documentsOf(account, link, id)));
  return documents.sort();
}

/** Creates or replaces a document with exactly this text. */
export async function upsertText(account: Account, container: string, partitionKey: string, text: string) {
  const headers = { 'x-ms-documentdb-is-upsert': 'true', 'x-ms-documentdb-partitionkey': partitionKey };
  await sendWell(account, { method: 'POST', path: `${linkOf(container)}/docs`, headers, body: text });
}

async function documentsOf(account: Account, link: string, range: string): Promise<string[]> {
  const documents: string[] = [];
  for (let continuation: string | undefined = ''; continuation !== undefined; ) {
    const { text, headers } = await sendWell(account, {
      path: `${link}/docs`,
      headers: {
        'x-ms-documentdb-partitionkeyrangeid': range,
        'x-ms-max-item-count': '1000',
        ...(continuation && { 'x-ms-continuation': continuation }),
      },
    });
    documents.push(...splitDocuments(text).map(withoutSystemProperties));
    continuation = headers['x-ms-continuation']?.toString();
  }
  return documents;
}

async function sendWell(account: Account, call: Call): Promise<Answer> {
  const answer = await send(account, call);
  if (answer.status >= 400) throw new Error(`${call.path} answered ${answer.status}: ${answer.text}`);
  return answer;
}

function linkOf(container: string): string {
  const [database, name] = container.split('/');
  return `/dbs/${database}/colls/${name}`;
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
