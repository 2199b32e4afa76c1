import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ChangeFeedMode, ChangeFeedStartFrom } from '@azure/cosmos';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { connect, openEmulator, openRig } from './rig.ts';

const EMULATOR = new URL('../../src/emulator/emulator.ts', import.meta.url).href;

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosmosflow-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'new', 'data.db');
}

describe('a data file', () => {
  test('has everything when the disk was too full to tidy it up', async () => {
    const data = newFile();
    const { emulator, container } = await openRig({ data });
    await container.items.create({ id: '1', pk: 'p' });
    const { pragma } = Database.prototype;
    const spy = vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (this: Database.Database, ...given) {
      if (given[0].startsWith('wal_checkpoint')) throw new Database.SqliteError('it is full', 'SQLITE_FULL');
      return pragma.apply(this, given);
    });
    await emulator.close().finally(() => spy.mockRestore());

    const again = connect(await openEmulator({ data }));
    expect((await again.database('db').container('items').item('1', 'p').read()).statusCode).toBe(200);
  });

  test('has everything when it is opened again', async () => {
    const data = newFile();
    const { emulator, container } = await openRig({ data, ranges: 1 });
    const { resource: first } = await container.items.create({ id: '1', pk: 'p' });
    await container.items.create({ id: '2', pk: 'p' });
    emulator.split('db', 'items');
    const definition = (await container.read()).resource;
    const ranges = (await container.readPartitionKeyRanges().fetchAll()).resources;
    const { resource: offer } = await container.readOffer();
    await emulator.close();

    const again = connect(await openEmulator({ data }))
      .database('db')
      .container('items');
    expect((await again.read()).resource).toEqual(definition);
    expect((await again.readPartitionKeyRanges().fetchAll()).resources).toEqual(ranges);
    expect((await again.readOffer()).resource).toEqual(offer);
    expect((await again.item('1', 'p').read()).resource).toEqual(first);
    const { resource: third } = await again.items.create({ id: '3', pk: 'p' });
    expect(third?._rid).not.toBe(first?._rid);
    const { resources } = await again.items.readAll().fetchAll();
    expect(new Set(resources.map(({ _rid }) => _rid)).size).toBe(3);
    expect(new Set(resources.map(({ _etag }) => _etag)).size).toBe(3);
  });

  test('can be read by its owner alone', async () => {
    const data = newFile();
    await openEmulator({ data });
    expect(statSync(data).mode & 0o777).toBe(0o600);
    expect(statSync(join(data, '..')).mode & 0o777).toBe(0o700);
  });

  test('belongs to one process at a time', async () => {
    const data = newFile();
    const emulator = await openEmulator({ data });
    expect(await openElsewhere(data)).toBe('in_use');
    await expect(startEmulator({ data })).rejects.toMatchObject({ code: 'in_use' });
    await emulator.close();
    expect(await openElsewhere(data)).toBe('opened');
  });

  test('that is damaged is named, not served', async () => {
    const data = newFile();
    const { emulator } = await openRig({ data });
    await emulator.close();
    const bytes = readFileSync(data);
    writeFileSync(data, bytes.fill(0x5a, 4096));
    await expect(startEmulator({ data })).rejects.toMatchObject({
      code: 'local_io',
      message: expect.stringContaining(data),
    });
  });

  test('has what was answered before its process was killed', async () => {
    const data = newFile();
    const { child, endpoint } = await startElsewhere(data);
    const client = connect({ endpoint, key: EMULATOR_KEY });
    const { database } = await client.databases.create({ id: 'db' });
    const { container } = await database.containers.create({
      id: 'items',
      partitionKey: { paths: ['/pk'], version: 2 },
    });
    for (let n = 0; n < 50; n++) await container.items.create({ id: `${n}`, pk: 'p' });
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const again = connect(await openEmulator({ data }))
      .database('db')
      .container('items');
    expect((await again.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources).toEqual([50]);
    const { resource } = await again.items.create({ id: 'next', pk: 'p' });
    const { resource: last } = await again.item('49', 'p').read();
    expect(resource?._rid).not.toBe(last?._rid);
  });

  test('has every version of what was answered before its process was killed', async () => {
    const data = newFile();
    const { child, endpoint } = await startElsewhere(data);
    const { database } = await connect({ endpoint, key: EMULATOR_KEY }).databases.create({ id: 'db' });
    const { container } = await database.containers.create({
      id: 'items',
      partitionKey: { paths: ['/pk'], version: 2 },
      throughput: 400,
      changeFeedPolicy: { retentionDuration: 10 },
    });
    const changeFeedMode = ChangeFeedMode.AllVersionsAndDeletes;
    const options = { changeFeedMode, changeFeedStartFrom: ChangeFeedStartFrom.Now() };
    const { continuationToken } = await container.items.getChangeFeedIterator(options).readNext();
    for (let n = 0; n < 30; n++) await container.items.upsert({ id: 'one', pk: 'p', n });
    await container.item('one', 'p').delete();
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const again = connect(await openEmulator({ data }))
      .database('db')
      .container('items');
    const changeFeedStartFrom = ChangeFeedStartFrom.Continuation(continuationToken);
    const { result } = await again.items.getChangeFeedIterator({ changeFeedMode, changeFeedStartFrom }).readNext();
    const changes = result as unknown as { readonly current?: { readonly n: number } }[];
    expect(changes.map(({ current }) => current?.n)).toEqual([...Array.from({ length: 30 }, (_, n) => n), undefined]);
  });

  test('of another program is refused and left as it is', async () => {
    const data = newFile();
    await (await openEmulator({ data })).close();
    writeFileSync(data, 'not a database, but long enough to have a header of its own'.repeat(100));
    await expect(startEmulator({ data })).rejects.toMatchObject({ code: 'local_io' });
    const { default: Database } = await import('better-sqlite3');
    rmSync(data);
    const db = new Database(data);
    db.exec('CREATE TABLE other (a)');
    db.close();
    await expect(startEmulator({ data })).rejects.toMatchObject({
      code: 'local_io',
      message: expect.stringMatching(/not data of/),
    });
  });
});

test('a port that is in use is a usage error', async () => {
  const port = Number(new URL((await openEmulator()).endpoint).port);
  await expect(startEmulator({ port })).rejects.toMatchObject({ code: 'usage', message: `port ${port} is in use` });
});

test('a port that the user may not have is a usage error', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    process.nextTick(() => this.emit('error', Object.assign(new Error('listen EACCES'), { code: 'EACCES' })));
    return this;
  });
  onTestFinished(() => listen.mockRestore());
  await expect(startEmulator({ port: 80 })).rejects.toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('--port'),
  });
});

test.each([0, -1, 0.5])('ranges of at most %s bytes are a usage error', async (rangeBytes) => {
  await expect(startEmulator({ rangeBytes })).rejects.toMatchObject({ code: 'usage' });
});

test.each([0, 1.5, 101])('containers of %s ranges are a usage error', async (ranges) => {
  await expect(startEmulator({ ranges })).rejects.toMatchObject({ code: 'usage' });
});

async function startElsewhere(data: string): Promise<{ child: ChildProcess; endpoint: string }> {
  const script = `
    const { startEmulator } = await import(${JSON.stringify(EMULATOR)});
    console.log((await startEmulator({ data: ${JSON.stringify(data)} })).endpoint);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [endpoint] = await once(child.stdout, 'data');
  return { child, endpoint: String(endpoint).trim() };
}

/** Opens the file in a process of its own; resolves with the error's code, or `opened`. */
async function openElsewhere(data: string): Promise<string> {
  const script = `
    const { startEmulator } = await import(${JSON.stringify(EMULATOR)});
    try {
      const emulator = await startEmulator({ data: ${JSON.stringify(data)} });
      await emulator.close();
      console.log('opened');
    } catch (error) {
      console.log(error.code);
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return stdout.trim();
}
