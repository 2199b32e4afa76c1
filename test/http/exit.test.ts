import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { selfSigned } from '../../src/emulator/certificate.ts';
import { ok, serve } from './scripted-server.ts';

const TLS = selfSigned();

test.each(['http', 'https'])('a process waits for its answers, not for idle connections (%s)', async (scheme) => {
  const { port, sockets } = await serve(
    (socket, _, { ofAll }) => setImmediate(() => socket.write(ok(`${ofAll}`, 'keep-alive: timeout=600\r\n'))),
    scheme === 'https' ? { tls: TLS } : {},
  );
  const script = `
    import { Pool } from ${JSON.stringify(new URL('../../src/http/pool.ts', import.meta.url).href)};
    const pool = new Pool(${JSON.stringify({ timeoutMs: 600_000, ca: TLS.cert })});
    const request = { origin: '${scheme}://127.0.0.1:${port}', path: '/', method: 'GET', headers: {} };
    for (let at = 0; at < 3; at++) process.stdout.write((await pool.ask(request, [])).body);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  expect(stdout).toBe('012');
  expect(sockets).toHaveLength(1);
});
