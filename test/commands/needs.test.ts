import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.ts';
import type { Command, Flag, Need } from '../../src/commands/command.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

/** A value for each flag that takes one and has no effect by itself. */
const VALUES: Readonly<Record<string, string>> = {
  '--avro-schema': new URL('../../package.json', import.meta.url).pathname,
  '--batch': 'size',
  '--batch-max-items': '5',
  '--columns': 'id',
  '--compress': 'gzip',
  '--create-throughput': '400',
  '--deletes-every': '1h',
  '--event-time': '/createdAt',
  '--http-body': 'ndjson',
  '--http-compress': 'gzip',
  '--http-header': 'x-tenant: a',
  '--http-header-env': 'authorization=TOKEN',
  '--http-method': 'put',
  '--id-from': '{/id}',
  '--if-newer': '/version',
  '--input': 'a.json',
  '--keep-ts': 'written',
  '--partition-key-from': 'field:/a',
  '--priority-level': 'low',
  '--rename': 'a:b',
  '--rotate-bytes': '1mb',
  '--template': 'template.json',
  '--types': 'a:number',
  '--webhook-secret-env': 'SECRET',
  '--write': 'upsert',
};

const needy = COMMANDS.flatMap((command) =>
  Object.values(command.flags)
    .flatMap((flag) => (flag.needs ?? []).map((need) => ({ flag, need })))
    .map(({ flag, need }): [string, Command, Flag<unknown>, Need] => {
      return [`${command.name} ${nameOf(flag)} ${need.words}`, command, flag, need];
    }),
);

/** What makes those flags mean nothing that do without it. */
const BESIDES: Readonly<Record<string, readonly string[]>> = {
  'with --until-caught-up': ['-e'],
  'with --input': ['--input', 'a.ndjson'],
  'with --create-target never': ['--create-target', 'never'],
  'with --schema': ['--schema'],
  'with --to': ['--to', 'http://127.0.0.1:9/'],
  'without --if-newer _ts': ['--write', 'upsert'],
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a flag that has no effect', () => {
  test.each(needy)('is refused, and what would give it one is said: %s', async (_, command, flag, need) => {
    await expect(parse(command, [...besides(need), ...spelled(flag)])).rejects.toMatchObject({
      exitStatus: 2,
      message: `${nameOf(flag)} has no effect ${need.words}`,
      hint: `${need.advice}, or leave out ${nameOf(flag)}`,
    });
  });

  test.each(needy)(
    'is passed over where it is a variable, for that is there for every command: %s',
    async (_, command, flag, need) => {
      vi.stubEnv(`COSMOSFLOW_${nameOf(flag).slice(2).replaceAll('-', '_').toUpperCase()}`, 'makes no sense');
      await expect(parse(command, besides(need))).resolves.not.toBe(0);
    },
  );
});

test.each([
  ['tail a/b --to https://example.com --http-batch 5 --send-timeout 1s'],
  ['tail a/b --to tcp://127.0.0.1:9000 --send-timeout 1s --allow-link-local'],
  ['tail a/b -e --out x --rotate-rows 5 --restart'],
  ['tail a/b --poll 1s --idle-timeout 1m'],
  ['query-export a/b --continuous --poll 1s --idle-timeout 1m --checkpoint x.db --resume'],
  ['copy a/b c/d --follow --deletes=diff --deletes-every 1h --poll 1s'],
  ['copy a/b c/d --dead-letter x --max-errors 5 --create-throughput 400'],
  ['copy a/b c/d --transform x.mjs --event-time /t'],
  ['produce a/b --input x.csv.gz --types a:number --id-from {/a}'],
  ['produce a/b --input - --format csv --rename a:b'],
  ['replay x a/b --keep-ts written'],
  ['replay x a/b --if-newer _ts --keep-ts written'],
  ['consume --fail 500:0.1 --seed 5'],
  ['emulator --admin --seed 5'],
  ['run --check'],
])('flags that do something are taken: %s', async (line) => {
  await expect(parseCommandLine(line.split(' '), COMMANDS)).resolves.not.toBe(0);
});

describe('a variable', () => {
  test('is as good as a flag to give another an effect', async () => {
    vi.stubEnv('COSMOSFLOW_OUT', 'x');
    await expect(parseCommandLine(['tail', 'a/b', '--compress', 'gzip'], COMMANDS)).resolves.not.toBe(0);
  });

  test('is read where its flag has an effect, and the command line comes first', async () => {
    const { emulator } = await useEmulator();
    const source = addressOf(emulator, 'shop/orders');
    await runCommand(['produce', source, '--count', '9']);
    const out = useDirectory();
    vi.stubEnv('COSMOSFLOW_COMPRESS', 'gzip');
    vi.stubEnv('COSMOSFLOW_ROTATE_ROWS', '1');
    const tail = ['tail', source, '-e', '--rotate-rows', '1000'];
    expect(await runCommand([...tail, '--out', join(out, 'a')])).toMatchObject({ failure: undefined });
    expect(readdirSync(join(out, 'a')).filter((name) => /-00001\.ndjson\.gz$/.test(name))).not.toEqual([]);
    expect(readdirSync(join(out, 'a')).filter((name) => /-00002/.test(name))).toEqual([]);
    vi.stubEnv('COSMOSFLOW_COMPRESS', 'makes no sense');
    await expect(runCommand([...tail, '--out', join(out, 'b')])).rejects.toThrow('--compress: "makes no sense" is not');
  });

  test('may hold several values, one a line, and turn a switch off', async () => {
    vi.stubEnv('COSMOSFLOW_HTTP_HEADER', 'x-one: 1\nx-two: 2\nthree');
    const tail = ['tail', 'a/b', '--to', 'https://example.com'];
    await expect(parseCommandLine(tail, COMMANDS)).rejects.toThrow('"three" is not "name: value"');
    vi.stubEnv('COSMOSFLOW_HTTP_HEADER', undefined);
    vi.stubEnv('COSMOSFLOW_ALLOW_PLAIN_HTTP', '0');
    const { failure } = await runCommand(['tail', 'a/b', '--to', 'http://example.com']);
    expect(failure).toMatchObject({ hint: expect.stringContaining('--allow-plain-http') });
  });
});

function parse(command: Command, flags: readonly string[]): Promise<unknown> {
  const given = command.arguments.filter(({ isOptional }) => !isOptional).map(() => 'a/b');
  return parseCommandLine([command.name, ...given, ...flags], COMMANDS);
}

function besides({ words }: Need): readonly string[] {
  return BESIDES[words] ?? [];
}

function nameOf({ spelling }: Flag<unknown>): string {
  return /--[\w-]+/.exec(spelling)?.[0] ?? '';
}

/** As on the command line, with a value that makes sense. */
function spelled(flag: Flag<unknown>): string[] {
  const name = nameOf(flag);
  const [, kind] = /<"?(\w+)/.exec(flag.spelling) ?? [];
  if (kind === undefined) return [name];
  return [name, VALUES[name] ?? (kind === 'format' ? 'json' : kind === 'time' ? '5s' : '1')];
}
