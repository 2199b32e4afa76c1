import { renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Disk, type DiskFile, disk } from '../../../src/sinks/files/disk.ts';
import type { Random } from '../../support/random.ts';

/** A disk that loses power before one of its operations: what was not synced by then may be lost, in part or in full. */
export class FailingDisk implements Disk {
  /** Operations that change something, so far. */
  operations = 0;
  readonly #failAt: number;
  readonly #random: Random;
  /** How to undo, newest last, what its directory has not made durable. */
  readonly #undo: { readonly directory: string; readonly run: () => void }[] = [];
  /** Length up to which a file is durable, by path. */
  readonly #durable = new Map<string, number>();
  isDown = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(failAt: number, random: Random) {
    this.#failAt = failAt;
    this.#random = random;
  }

  create = (path: string): Promise<DiskFile> =>
    this.#step(async () => {
      const file = await disk.create(path);
      this.#durable.set(path, 0);
      this.#undo.push({ directory: dirname(path), run: () => rmSync(path, { force: true }) });
      return this.#watched(path, file);
    });

  open = async (path: string): Promise<DiskFile> => {
    const file = await disk.open(path);
    if (!this.#durable.has(path)) this.#durable.set(path, (await file.stat()).bytes);
    return this.#watched(path, file);
  };

  exists = (path: string): Promise<boolean> => disk.exists(path);

  rename = (from: string, to: string): Promise<void> => this.#renamed(from, to, disk.rename);

  replace = (from: string, to: string): Promise<void> => this.#renamed(from, to, disk.replace);

  remove = (path: string): Promise<void> => this.#step(() => disk.remove(path));

  syncDirectory = (path: string): Promise<void> =>
    this.#step(async () => {
      await disk.syncDirectory(path);
      for (let at = this.#undo.length - 1; at >= 0; at--)
        if (this.#undo[at]?.directory === path) this.#undo.splice(at, 1);
    });

  #renamed(from: string, to: string, rename: Disk['rename']): Promise<void> {
    return this.#step(async () => {
      await rename(from, to);
      this.#durable.set(to, this.#durable.get(from) ?? statSync(to).size);
      this.#durable.delete(from);
      this.#undo.push({ directory: dirname(to), run: () => renameSync(to, from) });
    });
  }

  #watched(path: string, file: DiskFile): DiskFile {
    return {
      ...file,
      write: (bytes, at) => this.#step(() => file.write(bytes, at)),
      truncate: (length) =>
        this.#step(async () => {
          await file.truncate(length);
          this.#durable.set(path, Math.min(length, this.#durable.get(path) ?? 0));
        }),
      sync: () =>
        this.#step(async () => {
          await file.sync();
          this.#durable.set(path, (await file.stat()).bytes);
        }),
    };
  }

  /** One after the other: none is under way when the power is lost. */
  #step<Result>(work: () => Promise<Result>): Promise<Result> {
    const step = this.#last.then(() => {
      if (!this.isDown && this.operations++ === this.#failAt) this.#loseParts();
      if (this.isDown) throw new PowerLoss();
      return work();
    });
    this.#last = step.catch(() => {});
    return step;
  }

  #loseParts(): void {
    this.isDown = true;
    for (const [path, durable] of this.#durable) {
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > durable) truncateSync(path, durable + this.#random.integer(size - durable + 1));
    }
    // A file system may have written some of it anyway, but never a later step without the one before.
    const kept = this.#random.integer(this.#undo.length + 1);
    for (const { run } of this.#undo.slice(kept).reverse()) run();
  }
}

class PowerLoss extends Error {
  override readonly name = 'PowerLoss';
}
