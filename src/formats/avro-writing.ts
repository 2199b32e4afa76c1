import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import avro from 'avsc';
import { avroRecords } from './avro-record.ts';
import { eachLine } from './lines.ts';

export interface AvroOptions {
  /** Text of an Avro schema that rows are to be records of; without it, they are kept as text in a record of ours. */
  readonly schema?: string | undefined;
  /** Rows are envelopes, as envelope.ts makes them, whose facts go into that record. */
  readonly envelope?: boolean | undefined;
  /** How blocks are compressed; deflate, which every reader knows, when nothing is said. */
  readonly codec?: AvroCodec | undefined;
}

export type AvroCodec = keyof typeof COMPRESS;

const COMPRESS = {
  null: (block: Buffer): Buffer => block,
  deflate: (block: Buffer): Buffer => deflateRawSync(block),
  zstandard: (block: Buffer): Buffer => zstdCompressSync(block),
};

/** Makes an Avro object container file of an NDJSON file. Memory is that of one block. */
export async function writeAvro(from: string, to: string, options: AvroOptions): Promise<void> {
  const { schema, type, recordOf } = avroRecords(options);
  await using handle = await open(to, 'r+');
  const file = new AvroFile(handle, schema, type, options.codec ?? 'deflate');
  await file.begin();
  let line = 0;
  await eachLine(from, (text, start, end) => {
    file.add(recordOf(text, start, end, ++line));
    return file.isFull ? file.flush() : undefined;
  });
  await file.flush();
}

class AvroFile {
  readonly #handle: FileHandle;
  readonly #schema: string;
  readonly #type: avro.Type;
  readonly #codec: AvroCodec;
  /** Between blocks. The same for the same schema, so that the same documents give the same file. */
  readonly #sync: Buffer;
  #block = Buffer.allocUnsafeSlow(2 * BLOCK_BYTES);
  #bytes = 0;
  #records = 0;

  constructor(handle: FileHandle, schema: string, type: avro.Type, codec: AvroCodec) {
    this.#handle = handle;
    this.#schema = schema;
    this.#type = type;
    this.#codec = codec;
    this.#sync = createHash('sha256').update(`cosmosflow ${schema}`).digest().subarray(0, 16);
  }

  get isFull(): boolean {
    return this.#bytes >= BLOCK_BYTES;
  }

  async begin(): Promise<void> {
    const meta = { 'avro.schema': Buffer.from(this.#schema), 'avro.codec': Buffer.from(this.#codec) };
    await this.#handle.appendFile(HEADER.toBuffer({ magic: Buffer.from('Obj\x01'), meta, sync: this.#sync }));
  }

  add(record: unknown): void {
    let end = this.#type.encode(record, this.#block, this.#bytes);
    if (end < 0) {
      // It says how many bytes were missing.
      this.#block = Buffer.concat([this.#block], 2 * (this.#block.length - end));
      end = this.#type.encode(record, this.#block, this.#bytes);
    }
    this.#bytes = end;
    this.#records++;
  }

  async flush(): Promise<void> {
    if (this.#records === 0) return;
    const data = COMPRESS[this.#codec](this.#block.subarray(0, this.#bytes));
    const head = [LONG.toBuffer(this.#records), LONG.toBuffer(data.length)];
    await this.#handle.appendFile(Buffer.concat([...head, data, this.#sync]));
    this.#bytes = 0;
    this.#records = 0;
  }
}

const BLOCK_BYTES = 256 * 1024;
const LONG = avro.Type.forSchema('long');
const HEADER = avro.Type.forSchema({
  type: 'record',
  name: 'header',
  fields: [
    { name: 'magic', type: { type: 'fixed', name: 'magic', size: 4 } },
    { name: 'meta', type: { type: 'map', values: 'bytes' } },
    { name: 'sync', type: { type: 'fixed', name: 'sync', size: 16 } },
  ],
});
