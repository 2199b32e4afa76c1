import { join } from 'node:path';
import type { Range } from '../../contract.ts';
import { type AppendedFormat, isConverted } from '../../formats/format.ts';
import { FlowError } from '../../support/error.ts';
import { finish } from './finishing.ts';
import { manifestOf, PARTIAL } from './layout.ts';
import { Part } from './part.ts';
import type { PartNote } from './part-note.ts';
import { pieces, startOf } from './rotation.ts';
import { packedAs, type Workshop, writtenAs } from './workshop.ts';

// A lane is at one of these points between two writes:
// - idle: no file is open; the next row begins one
// - open: `#part` has rows, and is called NAME.partial
// - and besides, `#complete` may hold files whose last rows are durable. They get their names once these are committed,
//   which is known when the next write begins: so a file without .partial never changes any more.

export interface LaneStart {
  readonly range: Range;
  readonly part?: Part | undefined;
  /** The last file of the lane, if there is one. */
  readonly last?: PartNote | undefined;
}

/** Writes files of one range, one after the other. Its methods are called one at a time. */
export class Lane {
  readonly #shop: Workshop;
  readonly #range: Range;
  readonly #format: AppendedFormat;
  readonly #complete: Part[] = [];
  #part: Part | undefined;
  #last: PartNote | undefined;
  #retiring: Promise<PartNote[]> = Promise.resolve([]);
  /** A file was made, and may not be found after a loss of power. */
  #hasBegun = false;

  constructor(shop: Workshop, { range, part, last }: LaneStart) {
    this.#shop = shop;
    this.#range = range;
    this.#format = writtenAs(shop.format);
    this.#part = part;
    this.#last = last;
  }

  get range(): Range {
    return this.#range;
  }

  /** Makes a row of each document durable. Returns what is to be noted of the files that this touched. */
  async write(documents: readonly Uint8Array[]): Promise<PartNote[]> {
    const settled = await this.#settle();
    const touched = new Set<Part>();
    if (this.#isDue()) touched.add(this.#completePart());
    const rows = this.#format.rows(documents);
    const frame = {
      separatorBytes: this.#format.separatorBytes,
      headerBytes: documents.length > 0 ? this.#format.header().length : 0,
      trailerBytes: this.#format.trailer.length,
    };
    if (documents.length > 0) await this.#takeUp();
    for (const { first, end, full } of pieces(rows, frame, this.#part?.note ?? NOTHING, this.#shop.rotation)) {
      const part = await this.#opened();
      touched.add(part);
      const skipped = part.note.rows === 0 ? this.#format.separatorBytes : 0;
      part.add(rows.bytes.subarray(startOf(rows.ends, first) + skipped, startOf(rows.ends, end)), end - first);
      if (full) this.#completePart();
    }
    return [...settled, ...(await this.#flush(touched))];
  }

  /** Completes what is open, gives every file its name, and returns what is to be noted of them. */
  async finish(): Promise<PartNote[]> {
    const settled = await this.#settle();
    // One file for everything is there even when there is nothing.
    if (this.#shop.layout.isSingle && !this.#last) await this.#opened();
    if (this.#part) await this.#flush(new Set([this.#completePart()]));
    return [...settled, ...(await this.#settle())];
  }

  /** To be called, more than once, when nothing more will be written: completes what is open, and then gives it its name. */
  retire(): Promise<PartNote[]> {
    this.#retiring = this.#retiring.then(async () => {
      const settled = await this.#settle();
      if (!this.#part) return settled;
      return [...settled, ...(await this.#flush(new Set([this.#completePart()])))];
    });
    return this.#retiring;
  }

  async close(): Promise<void> {
    for (const part of [...this.#complete.splice(0), ...(this.#part ? [this.#part] : [])]) await part.close();
    this.#part = undefined;
  }

  async #settle(): Promise<PartNote[]> {
    const { disk, layout, format } = this.#shop;
    const settled: PartNote[] = [];
    for (const part of this.#complete) {
      await part.assertInPlace();
      const path = join(layout.directory, layout.nameOf(this.#range, part.note.number));
      settled.push(await finish(disk, path, part.note, format));
    }
    for (const part of this.#complete.splice(0)) await part.close();
    if (settled.length > 0) this.#last = settled.at(-1);
    return settled;
  }

  #isDue(): boolean {
    const { rotation, now } = this.#shop;
    return this.#part !== undefined && now() - this.#part.note.begun >= (rotation.everyMs ?? Number.POSITIVE_INFINITY);
  }

  #completePart(): Part {
    const part = this.#part as Part;
    part.complete(this.#format.trailer);
    this.#complete.push(part);
    this.#part = undefined;
    return part;
  }

  /** One file for everything that has its name already is written to again. */
  async #takeUp(): Promise<void> {
    const { disk, layout, format } = this.#shop;
    if (!layout.isSingle || this.#part || !this.#last) return;
    const path = join(layout.directory, layout.nameOf(this.#range, 1));
    const isMadeAnew = isConverted(format) && this.#last.rows === 0;
    if (isConverted(format) && !isMadeAnew) throw whole(path, format.extension);
    // What it says would not be so any more.
    if (await disk.exists(manifestOf(layout))) await disk.remove(manifestOf(layout));
    await (isMadeAnew ? disk.remove(path) : disk.rename(path, path + PARTIAL));
    await disk.syncDirectory(layout.directory);
    if (!isMadeAnew) this.#part = await Part.reopen(disk, path + PARTIAL, this.#last, packedAs(this.#shop));
  }

  /** Makes what was added durable. */
  async #flush(parts: ReadonlySet<Part>): Promise<PartNote[]> {
    for (const part of parts) await part.flush();
    if (this.#hasBegun) await this.#shop.disk.syncDirectory(this.#shop.layout.directory);
    this.#hasBegun = false;
    // What a conversion makes of it is another file.
    return [...parts].map(({ note }) => (isConverted(this.#shop.format) ? { ...note, file: undefined } : note));
  }

  /** The file that rows are added to. */
  async #opened(): Promise<Part> {
    if (this.#part) return this.#headed(this.#part);
    const { disk, layout, now } = this.#shop;
    const number = layout.isSingle ? 1 : ((this.#complete.at(-1)?.note ?? this.#last)?.number ?? 0) + 1;
    const path = join(layout.directory, layout.nameOf(this.#range, number)) + PARTIAL;
    this.#part = await Part.create(disk, path, { range: this.#range, number, begun: now() }, packedAs(this.#shop));
    this.#hasBegun = true;
    return this.#headed(this.#part);
  }

  /** What the header says may be known only once there are rows. */
  #headed(part: Part): Part {
    if (part.note.textBytes === 0) part.add(this.#format.header(), 0);
    return part;
  }
}

const NOTHING = { rows: 0, textBytes: 0 };

function whole(path: string, extension: string): FlowError {
  return new FlowError(
    'configuration',
    `nothing can be added to "${path}": a file of ${extension} is whole once it is made`,
    {
      hint: 'name a directory with --out, and each run adds files to it',
    },
  );
}
