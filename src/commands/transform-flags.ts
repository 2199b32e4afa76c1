import { optional } from './flags.ts';
import { needing, without } from './needs.ts';

export const transformFlags = {
  transform: optional(
    '--transform <file>',
    'ES module that makes something else of each change; it runs with your rights',
  ),
  eventTime: needing(
    without('--transform FILE', ({ transform }) => transform !== undefined),
    optional('--event-time <path>', 'where a document says when it happened, as in /createdAt; for windows'),
  ),
};
