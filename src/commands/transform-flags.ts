import { optional } from './flags.ts';

export const transformFlags = {
  transform: optional(
    '--transform <file>',
    'ES module that makes something else of each change; it runs with your rights',
  ),
  eventTime: optional('--event-time <path>', 'where a document says when it happened, as in /createdAt; for windows'),
};
