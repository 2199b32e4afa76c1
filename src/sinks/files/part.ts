import { createHash, type Hash } from 'node:crypto';
import type { Compression } from '../../formats/compression.ts';
import { assertBegins, hexOf } from './digest.ts';
import type { Disk, DiskFile } from './disk.ts';
import type { FileFacts, PartNote } from './part-note.ts';

/**
 * A file that is being written. What is added to it is durable after `flush`, and only what was noted after that is
 * found again: the rest is cut off when it is opened again.
 */
export class Part {
  readonly #path: string;
  readonly #file: DiskFile;
  readonly #compression: Compression;
  readonly #pending: Uint8Array[] = [];
  #hash: Hash;
  #note: PartNote;
  #trailer: Uint8Array | undefined;
  /** Of the file, with its trailer. */
  #bytes: number;

  /** A new and empty one. */
  static async create(
    disk: Disk,
    path: string,
    begin: Pick<PartNote, 'range' | 'number' | 'begun'>,
    compression: Compression,
  ): Promise<Part> {
    const note = { ...begin, rows: 0, textBytes: 0, bytes: 0, sha256: '', complete: false };
    return new Part(path, await disk.create(path), createHash('sha256'), note, compression);
  }

  /** One that was written before, cut back to what is noted of it. Throws when it is not that file any more. */
  static async reopen(disk: Disk, path: string, note: PartNote, compression: Compression): Promise<Part> {
    const file = await disk.open(path);
    try {
      const hash = await assertBegins(file, path, note);
      await file.truncate(note.bytes);
      await file.sync();
      const { file: _, ...open } = note;
      return new Part(path, file, hash, { ...open, complete: false }, compression);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private constructor(path: string, file: DiskFile, hash: Hash, note: PartNote, compression: Compression) {
    this.#path = path;
    this.#file = file;
    this.#hash = hash;
    this.#note = note;
    this.#bytes = note.bytes;
    this.#compression = compression;
  }

  get path(): string {
    return this.#path;
  }

  get note(): PartNote {
    return this.#note;
  }

  /** Adds bytes that hold so many rows. They must stay as they are until `flush` is over. */
  add(bytes: Uint8Array, rows: number): void {
    this.#pending.push(bytes);
    const { textBytes } = this.#note;
    this.#note = { ...this.#note, rows: this.#note.rows + rows, textBytes: textBytes + bytes.length };
  }

  /** Nothing is added any more but this. */
  complete(trailer: Uint8Array): void {
    this.#trailer = trailer;
  }

  /** Makes durable what was added. When that fails, the file is cut back to what it was. */
  async flush(): Promise<void> {
    const { bytes: start } = this.#note;
    await this.#file.assertInPlace(start);
    try {
      const end = await this.#write(this.#pending.splice(0), start);
      const body = { ...this.#note, bytes: end, sha256: hexOf(this.#hash) };
      const total = this.#trailer?.length ? await this.#write([this.#trailer], end) : end;
      await this.#file.sync();
      await this.#file.assertInPlace(total);
      this.#bytes = total;
      this.#note = this.#trailer ? { ...body, complete: true, file: await this.#facts() } : body;
    } catch (error) {
      // Whether this helps or not, the file is cut back when it is opened again.
      await this.#file.truncate(start).catch(() => {});
      throw error;
    }
  }

  /** Throws when it is not as the last `flush` left it. */
  assertInPlace(): Promise<void> {
    return this.#file.assertInPlace(this.#bytes);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Returns the offset after what was written, which is one member where it is compressed. */
  async #write(pieces: readonly Uint8Array[], at: number): Promise<number> {
    const text = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
    if (text.length === 0) return at;
    const bytes = await this.#compression.encode(text);
    await this.#file.write(bytes, at);
    this.#hash.update(bytes);
    return at + bytes.length;
  }

  async #facts(): Promise<FileFacts> {
    const { bytes, changed } = await this.#file.stat();
    return { bytes, sha256: hexOf(this.#hash), changed };
  }
}
