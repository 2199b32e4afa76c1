import type { FileHandle } from 'node:fs/promises';
import { ByteWriter } from 'hyparquet-writer';

/** Hands the bytes of each row group to a file, and waits for that before the next one is encoded. */
export class ParquetFile extends ByteWriter {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super(INITIAL_BYTES);
    this.#handle = handle;
  }

  async flush(): Promise<void> {
    const bytes = new Uint8Array(this.buffer, 0, this.index);
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
    // The buffer is used again; `offset` goes on counting what is in the file.
    this.index = 0;
  }

  override finish(): Promise<void> {
    return this.flush();
  }
}

const INITIAL_BYTES = 1024 * 1024;
