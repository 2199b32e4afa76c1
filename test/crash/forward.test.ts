import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { useReceiver } from '../receiver/rig.ts';
import { upsertText } from '../support/contents.ts';
import { addressOf, type EmulatorRig, useEmulator } from '../support/emulator.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const KEYS = 20;
const VERSIONS = 10;

test.each([
  ['one a request', []],
  ['as batches of CloudEvents', ['--http-batch', '7', '--http-body', 'cloudevents-batch']],
])(
  `changes sent %s to a receiver that fails, by a forwarder that is killed, arrive once and in order (SEED=${SEED})`,
  async (_how, flags) => {
    needsEmbedded('a feed of all versions from a moment ago');
    const rig = await useEmulator();
    await rig.client.databases.create({ id: 'shop' });
    await rig.client.database('shop').containers.create({
      id: 'orders',
      partitionKey: '/id',
      changeFeedPolicy: { retentionDuration: 10 },
    });
    const { receiver, lines } = await useReceiver({
      risks: [
        { mishap: 503, share: 0.1 },
        { mishap: 'drop', share: 0.1 },
      ],
      seed: SEED,
    });
    const cwd = useDirectory();
    const source = addressOf(rig.emulator, 'shop/orders');
    const args = ['tail', source, '--mode', 'all-versions-and-deletes', '--to', receiver.url, ...flags];

    let victim: ChildProcess | undefined;
    const killed = runCli(args, { cwd, onStart: (child) => (victim = child) });
    await said(victim, /cosmosflow: ready/);
    const written = writeAll(rig);
    await expect.poll(() => receiver.tally.received, { timeout: 20_000, interval: 5 }).toBeGreaterThan(50);
    victim?.kill('SIGKILL');
    expect(await killed).toMatchObject({ signal: 'SIGKILL' });
    await written;

    const last = await runCli([...args, '--until-caught-up'], { cwd });
    expect(last, last.stderr).toMatchObject({ status: 0 });
    const versions = new Map<string, number[]>();
    for (const line of lines()) {
      const { id, version } = documentIn(line);
      versions.set(id, [...(versions.get(id) ?? []), version]);
    }
    const all = Array.from({ length: VERSIONS }, (_, version) => version);
    expect(Object.fromEntries(versions)).toEqual(Object.fromEntries(KEY_NAMES.map((key) => [key, all])));
    expect(receiver.tally.failed).toBeGreaterThan(0);
  },
);

const KEY_NAMES = Array.from({ length: KEYS }, (_, key) => `key-${key}`);

async function writeAll({ emulator }: EmulatorRig): Promise<void> {
  for (let version = 0; version < VERSIONS; version++) {
    for (const id of KEY_NAMES) {
      await upsertText(emulator, 'shop/orders', JSON.stringify([id]), JSON.stringify({ id, version }));
    }
  }
}

interface Written {
  readonly id: string;
  readonly version: number;
}

function documentIn(line: string): Written {
  const event = JSON.parse(line) as Written & { readonly data?: Written };
  return event.data ?? event;
}

/** Resolves once the process has said that on stderr; rejects when it ends before. */
function said(child: ChildProcess | undefined, words: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child?.stderr?.on('data', (chunk) => {
      text += chunk;
      if (words.test(text)) resolve();
    });
    child?.once('close', () => reject(new Error(`it ended early: ${text}`)));
  });
}
