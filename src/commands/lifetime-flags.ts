import { choice, optional } from './flags.ts';

export const lifetimeFlags = {
  ttlMode: choice('--ttl-mode <how>', 'time to live of documents, where it counts down; remaining when not given', [
    'remaining',
    'keep',
    'drop',
  ]),
  keepTs: optional('--keep-ts <name>', 'keep when a document was written (its _ts) in this property'),
};
