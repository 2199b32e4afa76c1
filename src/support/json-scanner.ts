import { elementSpans, locateMembers, SPAN } from './json-bytes.ts';
import { JSON_SCANNER_CODE } from './json-scanner-code.ts';

/**
 * Finds what `locateMembers` and `elementSpans` of json-bytes.ts find, several times faster: a WebAssembly module looks
 * at 16 or 64 bytes at a time of a copy of the text. Whatever the module does not take is left to json-bytes.ts:
 * unusual or broken JSON, long texts, and everything where there is no WebAssembly with SIMD. So results and errors are
 * always those of json-bytes.ts.
 */
export class JsonScanner {
  readonly #textBytesMax: number;
  /** Null where there is none to be had. */
  #module: Module | null | undefined;
  /** The names that the module looks for. */
  #names: readonly Uint8Array[] | undefined;
  /** Views of the module's memory. They end when it grows. */
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);

  /** Pages of a feed have a few megabytes. The memory is kept, so this bounds it. */
  constructor(textBytesMax = 16 * 1024 * 1024) {
    this.#textBytesMax = textBytesMax;
  }

  /**
   * As `locateMembers`. The whole text is copied, so it should be little more than the object; names stay in the
   * module's memory until others are looked for, so they should be the same array.
   */
  locateMembers(
    text: Uint8Array,
    at: number,
    names: readonly Uint8Array[],
    spans: Int32Array,
    repeats?: number[],
  ): number {
    const module = this.#moduleWith(text, at, 0);
    if (module && (names === this.#names || this.#load(names))) {
      const numbers = names.length * SPAN;
      const next = module.members(at, text.length, SPANS_AT + 4 * numbers);
      if (next >= 0) {
        const words = this.#words;
        for (let index = 0; index < numbers; index++) spans[index] = words[SPANS_AT / 4 + index] as number;
        return next;
      }
    }
    return locateMembers(text, at, names, spans, repeats);
  }

  /** As `elementSpans`. The whole text is copied. */
  elementSpans(text: Uint8Array, at: number): ArrayLike<number> {
    // Room for a pair of offsets per 64 bytes of text: documents are larger.
    const outBytes = 8 * Math.ceil(text.length / 64);
    const module = this.#moduleWith(text, at, outBytes);
    if (module) {
      const out = outAt(text.length);
      const end = module.elements(at, text.length, out, out + outBytes);
      if (end >= 0) return this.#words.slice(out / 4, end / 4);
    }
    return elementSpans(text, at);
  }

  /** The module with the text in its memory, if it can take it, and so many bytes of room from `outAt` on. */
  #moduleWith(text: Uint8Array, at: number, outBytes: number): Module | undefined {
    if (text.length > this.#textBytesMax || at < 0 || at >= text.length) return undefined;
    this.#module ??= instantiate();
    if (!this.#module || !this.#hasRoom(this.#module, outAt(text.length) + outBytes)) return undefined;
    this.#bytes.set(text, TEXT_AT);
    return this.#module;
  }

  #hasRoom(module: Module, bytes: number): boolean {
    if (bytes <= this.#bytes.length) return true;
    const missing = bytes - module.memory.buffer.byteLength;
    if (missing > 0 && module.grow(Math.ceil(missing / PAGE_BYTES)) < 0) return false;
    this.#bytes = new Uint8Array(module.memory.buffer);
    this.#words = new Int32Array(module.memory.buffer);
    return true;
  }

  /** Writes the names down as json-scanner.wat describes it; false if they are too many. */
  #load(names: readonly Uint8Array[]): boolean {
    this.#names = undefined;
    const entriesBytes = names.reduce((bytes, name) => bytes + entryBytes(name), 0);
    if (ENTRIES_AT + entriesBytes > SPANS_AT || SPANS_AT + 4 * SPAN * names.length > TEXT_AT) return false;
    this.#bytes.fill(0, 0, SPANS_AT);
    let entry = ENTRIES_AT;
    names.forEach((name, index) => {
      const list = name.length % LISTS;
      this.#words.set([this.#words[list] as number, name.length, SPANS_AT + 4 * SPAN * index], entry / 4);
      this.#bytes.set(name, entry + ENTRY_HEAD_BYTES);
      this.#words[list] = entry;
      entry += entryBytes(name);
    });
    this.#names = names;
    return true;
  }
}

/** One for all: between calls it holds nothing but the names, and room for a text. */
export const jsonScanner = new JsonScanner();

// Where things are in the module's memory.
const LISTS = 32;
const ENTRIES_AT = 4 * LISTS;
const ENTRY_HEAD_BYTES = 16;
const SPANS_AT = 4096;
const TEXT_AT = 8192;
const PADDING_BYTES = 64;
const PAGE_BYTES = 65_536;

function entryBytes(name: Uint8Array): number {
  return ENTRY_HEAD_BYTES + 16 * Math.ceil(name.length / 16);
}

/** Where elements are written: behind the text and the zeros that end it. */
function outAt(textBytes: number): number {
  return (TEXT_AT + textBytes + PADDING_BYTES + 7) & ~7;
}

/** The exports of json-scanner.wat. */
interface Module {
  readonly memory: { readonly buffer: ArrayBuffer };
  grow(pages: number): number;
  members(at: number, end: number, spansEnd: number): number;
  elements(at: number, end: number, out: number, outEnd: number): number;
}

/** As much of the global as is used here; the types of Node.js do not have it. */
interface Engine {
  validate(code: Uint8Array): boolean;
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}

function instantiate(): Module | null {
  const engine = (globalThis as { WebAssembly?: Engine }).WebAssembly;
  const code = Buffer.from(JSON_SCANNER_CODE, 'base64');
  // Where the processor has no SIMD, the module is not valid.
  if (!engine?.validate(code)) return null;
  return new engine.Instance(new engine.Module(code)).exports as Module;
}
