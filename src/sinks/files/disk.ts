import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises';
import { FlowError } from '../../support/error.ts';

/**
 * What the files sink does to a file system. A failure of the system is an error for the user that names the path;
 * nothing is tried twice, for after an error of a sync nobody knows what the disk has.
 */
export interface Disk {
  /** Makes a file for the owner alone, where there is nothing of the name. */
  create(path: string): Promise<DiskFile>;
  /** Opens a regular file, and through no link. */
  open(path: string): Promise<DiskFile>;
  exists(path: string): Promise<boolean>;
  /** Renames a file, where there is nothing of the new name. */
  rename(from: string, to: string): Promise<void>;
  /** Renames a file in the place of what has the new name. */
  replace(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes what was created, renamed and removed in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

export interface DiskFile {
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Fills the buffer; returns how many bytes there were. */
  read(buffer: Uint8Array, at: number): Promise<number>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  stat(): Promise<DiskFileFacts>;
  /** Throws when the path is no longer this file, or it has another length. */
  assertInPlace(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface DiskFileFacts {
  readonly bytes: number;
  /** When its bytes, its times or its name were last changed, in nanoseconds; nobody can set it. */
  readonly changed: string;
}

export const disk: Disk = {
  create: (path) => onDisk(path, async () => diskFile(path, await open(path, CREATE, 0o600))),
  open: (path) => onDisk(path, () => openRegular(path)),
  exists: (path) =>
    onDisk(path, () =>
      lstat(path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return false;
          throw error;
        },
      ),
    ),
  async rename(from, to) {
    if (await disk.exists(to)) throw inTheWay(to);
    await onDisk(to, () => rename(from, to));
  },
  replace: (from, to) => onDisk(to, () => rename(from, to)),
  remove: (path) => onDisk(path, () => unlink(path)),
  syncDirectory: (path) =>
    onDisk(path, async () => {
      const directory = await open(path, 'r');
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    }),
};

/** The output is not as it was left. */
export function damaged(path: string, why: string): FlowError {
  return new FlowError('output_damaged', `"${path}" ${why}`, {
    hint: 'put it back as it was; or write everything again, into another place and with another checkpoint',
  });
}

const CREATE = constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | constants.O_RDWR;
/** Without the last a pipe would be waited for. */
const OPEN = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function inTheWay(path: string): FlowError {
  return damaged(path, 'is in the way: it was not there before');
}

async function openRegular(path: string): Promise<DiskFile> {
  // To open a device may already do something.
  if (!(await lstat(path)).isFile()) throw damaged(path, 'is not a regular file');
  const handle = await open(path, OPEN);
  if ((await handle.stat()).isFile()) return diskFile(path, handle);
  await handle.close();
  throw damaged(path, 'is not a regular file');
}

function diskFile(path: string, handle: FileHandle): DiskFile {
  return {
    write: (bytes, at) => onDisk(path, () => writeAll(handle, bytes, at)),
    read: (buffer, at) => onDisk(path, () => readAll(handle, buffer, at)),
    truncate: (length) => onDisk(path, () => handle.truncate(length)),
    sync: () => onDisk(path, () => handle.sync()),
    stat: () =>
      onDisk(path, async () => {
        const { size, ctimeNs } = await handle.stat({ bigint: true });
        return { bytes: Number(size), changed: String(ctimeNs) };
      }),
    assertInPlace: async (length) => {
      const named = await lstat(path).catch(() => undefined);
      const { ino, dev, size } = await onDisk(path, () => handle.stat());
      if (named?.ino !== ino || named.dev !== dev) throw damaged(path, 'was moved or replaced while it was written');
      if (size !== length) throw damaged(path, `has ${size} bytes and not ${length}: somebody else writes to it`);
    },
    close: () => onDisk(path, () => handle.close()),
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

async function readAll(handle: FileHandle, buffer: Uint8Array, at: number): Promise<number> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function onDisk<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw translate(path, error as NodeJS.ErrnoException);
  }
}

function translate(path: string, error: NodeJS.ErrnoException): unknown {
  if (error.code === 'EEXIST') return inTheWay(path);
  if (error.code === 'ELOOP') return damaged(path, 'is not a regular file');
  if (error.syscall === undefined) return error;
  const hint =
    error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'EFBIG'
      ? 'make room; the same command goes on where it stopped'
      : 'check that the directory is there, is yours to write, and that its disk is well';
  return new FlowError('local_io', `cannot write "${path}": ${error.message}`, { hint, cause: error });
}
