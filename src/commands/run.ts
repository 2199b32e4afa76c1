// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how files name variables
import { command } from './command.ts';
import { toggle } from './flags.ts';
import { besides, needing } from './needs.ts';

export const run = command({
  name: 'run',
  summary: 'run several pipelines of a file in one process',
  notes: [
    'The file is YAML: "pipelines:", and below it a name for each pipeline, with its command, and the arguments and flags ' +
      'of that command as their help has them: source: shop/orders, max-item-count: 500, follow: true. README has an ' +
      'example. Relative paths are relative to the working directory, not to the file.',
    '${NAME} is a variable of the environment, and ${NAME:-text} has a text for when it is not set; $${ is a plain ${. ' +
      'Accounts and secrets are taken from the environment as ever, and have no place in the file. Flags that are set in ' +
      'the environment (COSMOSFLOW_…) do not reach pipelines.',
    'Each pipeline keeps how far it is in .cosmosflow/NAME.db, unless its checkpoint is another, so the same command goes on ' +
      'where it was. Pipelines with embedded: containers share one server. What is said bears the name of its ' +
      'pipeline; with --log-format json as "pipeline". Only one pipeline may print to stdout.',
    'after: other starts a pipeline once another has finished; until: other ends a copy, tail, consume or emulator once another ' +
      'has ended and it has caught up itself. Both take lists. When a pipeline fails, the others are stopped, as Ctrl-C ' +
      'does, and the exit code is that of the first failure; with onError: continue they go on, and the exit code is the same ' +
      'at the end. A pipeline that ends with 3 (done, but …) stops nobody.',
  ],
  arguments: [{ name: 'file', summary: 'the pipelines; pipelines.yaml when not given', isOptional: true }],
  flags: {
    check: needing(
      besides('--schema', ({ schema }) => schema !== true),
      toggle('--check', 'say all that is wrong with the file, and run nothing'),
    ),
    schema: toggle('--schema', 'print a JSON Schema of such files, for editors'),
  },
  examples: [
    ['all of a file', 'cosmosflow run pipelines.yaml'],
    ['what is wrong with it', 'cosmosflow run pipelines.yaml --check'],
    [
      'help for an editor, with "# yaml-language-server: $schema=pipelines.schema.json" in the file',
      'cosmosflow run --schema > pipelines.schema.json',
    ],
  ],
  exits: [
    [0, 'all pipelines have finished'],
    [2, 'the file is wrong, or a flag, address or credential in it'],
    [3, 'all have finished, but refused documents were set aside, or containers differ'],
    [4, 'an account refused the key, or a receiver the credentials'],
    [5, 'a source is gone, or not available'],
    [6, 'a target refused a document, or is not available'],
    [7, 'another process has a checkpoint or the embedded data'],
    [8, 'a checkpoint or an output is damaged, or a container was created again'],
    [9, 'a checkpoint or an output cannot be written'],
    [130, 'stopped with Ctrl-C; what was read is committed'],
    [141, 'the reader of the pipe went away'],
    [143, 'stopped with SIGTERM; what was read is committed'],
  ],
  prints: ({ schema }) => schema,
  async run({ arguments: [file = 'pipelines.yaml'], options }, context) {
    const { runPipelines } = await import('./run-pipelines.ts');
    await runPipelines(file, options, context);
  },
});
