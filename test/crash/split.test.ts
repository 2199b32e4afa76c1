import { expect, test } from 'vitest';
import type { Emulator, Exchange } from '../../src/emulator/emulator.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { contentsOf } from '../support/contents.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

const DOCUMENTS = 2000;

test.each([
  ['source', 'orders'],
  ['target', 'copy'],
])('a copy over splits of the %s loses nothing and repeats nothing', async (_role, splitting) => {
  needsEmbedded('splits on command');
  let emulator: Emulator | undefined;
  const seen = { pages: 0, writes: 0, splits: 0 };
  const intercept = ({ operation, headers, body }: Exchange): undefined => {
    if (!headers['user-agent']?.includes('cosmosflow')) return;
    if (operation === 'changeFeed' && ++seen.pages % 6 === 0 && seen.splits < 3) {
      seen.splits++;
      emulator?.split('shop', splitting);
    }
    if (operation === 'batch') seen.writes += body.toString().split('"operationType"').length - 1;
  };
  const rig = await useEmulator({ intercept, ranges: 2, key: EMULATOR_KEY });
  emulator = rig.emulator;
  const cwd = useDirectory();
  const source = addressOf(emulator, 'shop/orders');
  const produced = await runCli(['produce', source, '--count', String(DOCUMENTS)], { cwd });
  expect(produced, produced.stderr).toMatchObject({ status: 0 });
  Object.assign(seen, { pages: 0, writes: 0, splits: 0 });

  const result = await runCli(['copy', source, addressOf(emulator, 'shop/copy'), '--max-item-count', '50'], { cwd });
  expect(result, result.stderr).toMatchObject({ status: 0 });
  expect(seen.splits).toBe(3);
  expect(await contentsOf(emulator, 'shop/copy')).toEqual(await contentsOf(emulator, 'shop/orders'));
  // Batches that a split of the target turned away are sent again; of the source, each document once.
  if (splitting === 'orders') expect(seen.writes).toBe(DOCUMENTS);
});
