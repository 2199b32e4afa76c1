import { command } from './command.ts';
import { count, toggle } from './flags.ts';

export const deadLetter = command({
  name: 'dead-letter',
  summary: 'look at documents that were set aside',
  notes: [
    'What --dead-letter FILE of other commands wrote: documents that their destination refused, with the reason. list ' +
      'prints one line for each, show all that is known. A letter that was written again after a crash is shown once; ' +
      'what a crash has torn is said to be damaged, and passed over.',
    'Documents are printed byte for byte, but for line breaks between their tokens, which become spaces.',
  ],
  arguments: [
    { name: 'action', summary: 'list or show' },
    { name: 'file', summary: 'what --dead-letter named' },
  ],
  flags: {
    letter: count('--letter <n>', 'show only this one, by its number in the list', undefined),
    json: toggle('--json', 'list as NDJSON, one object a letter'),
    documents: toggle('--documents', 'show the documents alone, as NDJSON'),
  },
  examples: [
    ['what was refused, and why', 'cosmosflow dead-letter list dead.ndjson'],
    ['the first of them in full', 'cosmosflow dead-letter show dead.ndjson --letter 1'],
    ['the documents, to mend them', 'cosmosflow dead-letter show dead.ndjson --documents > documents.ndjson'],
    ['reasons, counted', 'cosmosflow dead-letter list dead.ndjson --json | jq -r .code | sort | uniq -c'],
  ],
  exits: [
    [0, 'all is printed'],
    [2, 'the action or a flag makes no sense, or there is no such letter'],
    [9, 'the file cannot be read'],
    [130, 'stopped with Ctrl-C'],
    [141, 'the reader of the pipe went away'],
  ],
  async run({ arguments: [action = '', file = ''], options }, context) {
    const { printLetters } = await import('./print-letters.ts');
    await printLetters(action, file, options, context);
  },
});
