import { parseAddress } from '../cosmos/address.ts';
import { splitAtCommas, unquoted } from '../formats/paths.ts';
import { formatOf } from '../sources/import/extension.ts';
import type { CellType } from '../sources/import/table.ts';
import { CUSTOMERS } from '../sources/order.ts';
import { FlowError } from '../support/error.ts';
import { BATCH_NOTE, batchFlags } from './batch-flags.ts';
import { TERMS_NOTE, termsFlags } from './budget-flags.ts';
import { caFile } from './ca-file.ts';
import { command } from './command.ts';
import {
  choice,
  count,
  deadLetter,
  duration,
  embeddedData,
  fraction,
  list,
  maxErrors,
  optional,
  parsed,
  patience,
  requestTimeout,
  size,
} from './flags.ts';
import { keptFlags } from './kept-flags.ts';
import { allNeeding, besides, needing, without } from './needs.ts';
import { reshapingFlags } from './reshaping-flags.ts';
import { parseRetention } from './retention.ts';
import { ifNewer, write } from './write-flags.ts';

const GENERATED = besides('--input', ({ input }) => input === undefined);
const IMPORTED = without('--input FILE', ({ input }) => input !== undefined);
const TABLE = without('--format csv', ({ input, format }) => isTable(input, format));

export const produce = command({
  name: 'produce',
  summary: 'fill a container with orders, with documents of a template, or with those of a file',
  notes: [
    'Record i depends on the seed and i alone, its id included, so running the same command again changes nothing, and ' +
      '--offset goes on in the middle. A missing container is created with the partition key /customerId.',
    'A template is a JSON file whose texts hold generators: {"id":"{{uuid}}","customerId":"customer-{{key}}",' +
      '"amount":"{{decimal 1 500 2}}","state":"{{pick new paid sent}}"}. There are index, version, key, uuid, bool, int ' +
      'MIN MAX, decimal MIN MAX DIGITS, pick WORD…, text LENGTH, and time START SECONDS.',
    'With --input the documents come from a file (NDJSON, a JSON array, or CSV with a header; gzip and zstd are found by ' +
      'content), byte for byte; what comes through a pipe is written soon after it came. With --checkpoint it goes on ' +
      'where it was, and refuses a file that has changed. A missing container is then created with the partition key /id.',
    '--write is upsert when not given. insert refuses what is there already and differs, insert-ignore leaves it; replace ' +
      'and patch (its properties are set, at most 10) refuse what is not there, and patch-if-exists passes over it; merge sets ' +
      'any number of properties of what is there, and inserts the rest. upsert-if-match replaces the version that ' +
      'the _etag of a document names, and inserts a document without one; delete-if-match deletes that version. The names of the ' +
      'Spark connector (ItemOverwrite, ItemAppend, …) do as well.',
    '--if-newer is for a target that may have newer versions than the file: what is there is read first, for a read more of each ' +
      'document, and written over only while it still is that version. By a path, the values of both documents are compared: numbers, ' +
      'texts, or times. _ts compares when a document was written where the file comes from (export it with ' +
      "--system-properties) with when the target's was: the target keeps that as _srcTs, or as --keep-ts says, and a document " +
      'without it counts as of its own _ts. That is right for what others wrote, and WRONG for what an import without --if-newer ' +
      'wrote, unless --keep-ts was given. What has no value in the target is older; what has none in the file is refused.',
    TERMS_NOTE,
    BATCH_NOTE,
  ],
  arguments: [{ name: 'target', summary: 'address of the container to fill', check: parseAddress }],
  flags: {
    ...allNeeding(GENERATED, {
      count: count(
        '--count <n>',
        'how many records; 1000, or as many as the duration allows, when not given',
        undefined,
      ),
      rate: count('--rate <n>', 'records a second; as fast as it goes when not given', undefined),
      duration: duration('--duration <time>', 'how long to go on', undefined, { minMs: 1 }),
      seed: count('--seed <n>', 'which records', 1, { min: 0, max: 2 ** 32 - 1 }),
      offset: count('--offset <n>', 'number of the first record', 0, { min: 0 }),
      payloadSize: size('--payload-size <size>', 'pad each document to this many bytes', '0'),
      keys: count('--keys <n>', 'how many customers, or keys of a template', CUSTOMERS, { max: 1_000_000 }),
      keySkew: fraction(
        '--key-skew <exponent>',
        'make some keys come more often than others, as Zipf has it',
        undefined,
        10,
      ),
      updateRatio: fraction('--update-ratio <ratio>', 'how many records are newer versions of earlier documents', 0),
      deleteRatio: fraction('--delete-ratio <ratio>', 'how many records delete earlier documents', 0),
      poisonRatio: fraction('--poison-ratio <ratio>', 'how many documents are awkward; some of them are refused', 0),
      ttl: count('--ttl <seconds>', 'time to live of each document', undefined),
      template: optional('--template <file>', 'make documents as this file says, instead of orders'),
    }),
    input: optional('--input <file>', 'import this file instead; - is standard input'),
    format: needing(
      IMPORTED,
      choice('--format <format>', 'what the file is, when neither its name nor its first byte tells', [
        'ndjson',
        'json',
        'csv',
      ]),
    ),
    ...allNeeding(TABLE, {
      types: list(
        '--types <column:type>',
        'what cells of columns are: string, number, boolean or json, as in total:number,paid:boolean',
        (text) => splitAtCommas(text).map(parseType),
      ),
      rename: list('--rename <column:name>', 'other names for columns, as in key:id,city:address.city', (text) =>
        splitAtCommas(text).map((part) => pair(part, 'column:name')),
      ),
    }),
    ...allNeeding(IMPORTED, {
      idFrom: optional('--id-from <template>', 'id of each imported document, as in "{/customer/id}-{#}"'),
      partitionKeyFrom: list(
        '--partition-key-from <rule>',
        'its partition key: field:/a, composite:/a,/b, hash:/id:100 or time:/createdAt:hourly',
        (text) => text,
      ),
      ifNewer: {
        ...ifNewer,
        summary: 'never write over what is newer, by _ts or the value at a path such as /version',
      },
      keepTs: optional('--keep-ts <name>', 'keep the _ts that a document has in the file in this property'),
    }),
    targetPartitionKey: {
      ...reshapingFlags.targetPartitionKey,
      summary: 'how a container that is created is partitioned, as in /region or /tenant,/user',
    },
    retainVersions: parsed(
      '--retain-versions <time>',
      'how long it retains all versions and deletes for its change feed, in whole minutes',
      parseRetention,
    ),
    checkpoint: optional('--checkpoint <file>', 'where to keep how far it is, so that the same command goes on'),
    restart: keptFlags.restart,
    write,
    deadLetter,
    maxErrors,
    ...termsFlags,
    ...batchFlags,
    patience,
    requestTimeout,
    caFile,
    embeddedData,
  },
  examples: [
    ['ten thousand orders on the embedded server', 'cosmosflow produce embedded:shop/orders --count 10000'],
    ['a steady trickle of larger ones', 'cosmosflow produce shop/orders --rate 50 --duration 1m --payload-size 4kb'],
    [
      'traffic as it is: few customers with many orders, most records updates, some deletes',
      'cosmosflow produce shop/orders --count 5000 --key-skew 1 --update-ratio 0.6 --delete-ratio 0.05',
    ],
    ['into an emulator', 'cosmosflow produce cosmos://localhost:8081/shop/orders'],
    ['for a replica with deletes, or tail', 'cosmosflow produce embedded:shop/logged --count 100 --retain-versions 4h'],
    [
      'what comes through a pipe, as it comes',
      `echo '{"id":"1","name":"ann"}' | cosmosflow produce shop/people --input -`,
    ],
    [
      'what is newer than what is there',
      `echo '{"id":"1","version":2}' | cosmosflow produce shop/people --input - --if-newer /version`,
    ],
  ],
  exits: [
    [0, 'all records are written'],
    [2, 'a flag, address or credential is wrong, or a file, or something in it'],
    [3, 'done, but refused records were set aside'],
    [4, 'the account refused the key'],
    [6, 'the target refused a document, or is not available'],
    [7, 'another process has the embedded data or the checkpoint'],
    [8, 'the file has changed since its import began, or the checkpoint is damaged'],
    [9, 'the embedded data or the checkpoint cannot be written'],
    [130, 'stopped with Ctrl-C'],
    [143, 'stopped with SIGTERM'],
  ],
  resumes: ({ input }) => input !== '-',
  prints: () => false,
  async run({ arguments: [target = ''], options }, context) {
    const { input } = options;
    if (input !== undefined) {
      const { importDocuments } = await import('./import-documents.ts');
      return importDocuments(target, { ...options, input }, context);
    }
    const { produceDocuments } = await import('./produce-documents.ts');
    await produceDocuments(target, options, context);
  },
});

function isTable(input: unknown, format: unknown): boolean {
  return typeof input === 'string' && (format ?? formatOf(input)) === 'csv';
}

function parseType(text: string): readonly [string, CellType] {
  const [column, type] = pair(text, 'column:type');
  if (/^(string|number|boolean|json)$/.test(type)) return [column, type as CellType];
  throw new FlowError('usage', `"${type}" is no type of a cell`, { hint: 'write string, number, boolean or json' });
}

function pair(text: string, shape: string): readonly [string, string] {
  const [, left = '', right = ''] = /^(.+):([^:]+)$/s.exec(text) ?? [];
  if (left !== '') return [unquoted(left), unquoted(right)];
  throw new FlowError('usage', `"${text}" is not ${shape}`, { hint: `write it as ${shape}` });
}
