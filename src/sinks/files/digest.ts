import { createHash, type Hash } from 'node:crypto';
import { type DiskFile, damaged } from './disk.ts';
import type { FileFacts } from './part-note.ts';

/** Hashes the first `bytes` of a file. Throws when it has fewer. */
export async function digestOf(file: DiskFile, path: string, bytes: number): Promise<Hash> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; at < bytes; ) {
    const read = await file.read(buffer.subarray(0, Math.min(CHUNK_BYTES, bytes - at)), at);
    if (read === 0) throw damaged(path, `ends after ${at} of the ${bytes} bytes that were written to it`);
    hash.update(buffer.subarray(0, read));
    at += read;
  }
  return hash;
}

/** Hashes the first bytes of a file and throws when they are not those that were written. */
export async function assertBegins(
  file: DiskFile,
  path: string,
  { bytes, sha256 }: Pick<FileFacts, 'bytes' | 'sha256'>,
): Promise<Hash> {
  const hash = await digestOf(file, path, bytes);
  if (hexOf(hash) !== sha256) throw damaged(path, 'is not what was written to it');
  return hash;
}

/** What the hash is so far; more may be added to it. */
export function hexOf(hash: Hash): string {
  return hash.copy().digest('hex');
}

const CHUNK_BYTES = 1024 * 1024;
