import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { caFile } from '../../src/commands/ca-file.ts';
import { selfSigned } from '../../src/emulator/certificate.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

test('--ca-file trusts the authority of an account', async () => {
  const { emulator } = await useEmulator({ tls: true });
  const environment = { COSMOS_URI: emulator.endpoint, COSMOS_KEY: emulator.key };
  const produce = (...flags: readonly string[]) =>
    runCommand(['produce', 'shop/orders', '--count', '3', ...flags], undefined, environment);
  expect((await produce('--patience', '0')).failure).toMatchObject({
    message: expect.stringContaining('self-signed certificate'),
    hint: expect.stringContaining('--ca-file FILE'),
  });
  const file = fileOf(`That of ours:\n${emulator.certificate?.pem}`);
  expect(await produce('--ca-file', file)).toMatchObject({
    failure: undefined,
    notes: expect.arrayContaining(['done']),
  });
});

test('--ca-file trusts the authority of a receiver', async () => {
  const { emulator } = await useEmulator();
  const source = addressOf(emulator, 'shop/orders');
  await runCommand(['produce', source, '--count', '3']);
  const identity = selfSigned();
  const received: string[] = [];
  const url = await serve(identity, (text) => received.push(text));
  const tail = ['tail', source, '-e', '--to', url, '--checkpoint', join(useDirectory(), 'tail.db')];
  expect((await runCommand(tail)).failure).toMatchObject({ hint: expect.stringContaining('--ca-file FILE') });
  expect(received).toEqual([]);
  expect(await runCommand([...tail, '--ca-file', fileOf(identity.cert)])).toMatchObject({ failure: undefined });
  expect(received).toHaveLength(3);
});

test('the usual authorities are still trusted', () => {
  const { cert } = selfSigned();
  const file = fileOf(cert);
  const certificates = caFile.parse(file)?.match(/BEGIN CERTIFICATE/g) ?? [];
  expect(certificates.length).toBeGreaterThan(50);
  expect(caFile.parse(file)).toContain(cert.trim());
});

test.each([
  ['missing.pem', undefined, /"missing\.pem" cannot be read: ENOENT/],
  ['key.pem', selfSigned().key, /has no certificate/],
  ['bad.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', /has a certificate that is damaged/],
])('--ca-file %s is refused', async (name, text, message) => {
  const file = text === undefined ? name : fileOf(text);
  await expect(runCommand(['tail', 'a/b', '--ca-file', file])).rejects.toMatchObject({
    exitStatus: 2,
    message: expect.stringMatching(message),
    hint: expect.stringContaining('PEM'),
  });
});

function fileOf(text: string): string {
  const file = join(useDirectory(), 'authorities.pem');
  writeFileSync(file, text);
  return file;
}

/** A receiver that takes everything. */
async function serve(identity: { cert: string; key: string }, onText: (text: string) => void): Promise<string> {
  const server = createServer(identity, async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    onText(Buffer.concat(pieces).toString());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `https://localhost:${(server.address() as AddressInfo).port}/`;
}
