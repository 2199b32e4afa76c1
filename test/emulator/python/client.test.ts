import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../../src/emulator/emulator.ts';
import { foreign } from '../../support/endpoint.ts';
import { findPython } from './interpreter.ts';

const SCRIPT = fileURLToPath(new URL('client.py', import.meta.url));

const PLACES: readonly (readonly [string, EmulatorOptions])[] = [
  ['over http', {}],
  ['over https', { tls: true }],
];

test.each(foreign ? PLACES.slice(0, 1) : PLACES)(
  'the official Python client works %s',
  {
    timeout: 180_000,
  },
  async (_, options) => {
    const python = await findPython();
    const { status, output } = await runScript(python, foreign ? foreignVariables() : await variablesOf(options));
    expect(status, output).toBe(0);
    expect(output).toMatch(/Ran \d+ tests[\s\S]*\nOK/);
  },
);

async function variablesOf(options: EmulatorOptions): Promise<Record<string, string>> {
  const { endpoint, key, certificate, close } = await startEmulator(options);
  onTestFinished(close);
  return {
    COSMOS_URI: endpoint,
    COSMOS_KEY: key,
    COSMOS_HAS_ALL_VERSIONS: 'yes',
    ...(certificate && { COSMOS_CA: certificate.file }),
  };
}

function foreignVariables(): Record<string, string> {
  const { NODE_EXTRA_CA_CERTS: ca } = process.env;
  return { COSMOS_URI: foreign?.endpoint ?? '', COSMOS_KEY: foreign?.key ?? '', ...(ca && { COSMOS_CA: ca }) };
}

function runScript(python: string, env: Record<string, string>): Promise<{ status: number | null; output: string }> {
  const child = spawn(python, [SCRIPT], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}
