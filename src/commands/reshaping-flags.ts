import { FlowError } from '../support/error.ts';
import { list, optional, parsed } from './flags.ts';

export const reshapingFlags = {
  idFrom: optional('--id-from <template>', 'another id for each document, as in "{/customerId}-{/id}"'),
  partitionKeyFrom: list(
    '--partition-key-from <rule>',
    'its partition key: field:/a, composite:/a,/b, hash:/id:100 or time:/createdAt:hourly',
    (text) => text,
  ),
  targetPartitionKey: parsed(
    '--target-partition-key <paths>',
    'how the target is partitioned, if not like the source, as in /region or /tenant,/user',
    parsePaths,
  ),
};

function parsePaths(text: string): readonly string[] {
  const paths = text.split(/,(?=\s*\/)/).map((path) => path.trim());
  if (paths.length <= 3 && paths.every((path) => /^\/[^/]/.test(path))) return paths;
  throw new FlowError('usage', `"${text}" is not one to three paths`, { hint: 'write /region, or /tenant,/user' });
}
