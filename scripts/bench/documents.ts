/** What the text in the documents is made of. */
export type Shape = 'ascii' | 'mixed';

export const SHAPES: readonly Shape[] = ['ascii', 'mixed'];

export const PARTITION_KEY = { paths: ['/customerId'], kind: 'Hash', version: 2 } as const;

export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly [name: string]: unknown;
}

/** The order with that number, about 1 KB when it comes from a feed; always the same. */
export function order(number: number, shape: Shape): Order {
  const random = randomOf(number);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const { cities, names, notes } = WORDS[shape];
  return {
    id: `order-${String(number).padStart(8, '0')}`,
    customerId: `customer-${Math.floor(random() * 100_000)}`,
    type: 'order',
    status: pick(['placed', 'paid', 'packed', 'shipped']),
    placedAt: new Date(1_700_000_000_000 + Math.floor(random() * 1e10)).toISOString(),
    total: Math.round(random() * 100_000) / 100,
    currency: pick(['EUR', 'SEK', 'JPY']),
    express: random() < 0.3,
    coupon: null,
    shipTo: { name: pick(names), street: `${pick(names)} ${Math.floor(random() * 200)}`, city: pick(cities) },
    lines: Array.from({ length: 4 }, (_, line) => ({
      sku: `SKU-${Math.floor(random() * 1e6)}`,
      title: pick(notes),
      quantity: 1 + line,
      price: Math.round(random() * 10_000) / 100,
      tags: [pick(cities), pick(['new', 'sale', 'eco'])],
    })),
    note: `${pick(notes)} "${pick(names)}"\n${pick(notes)}`,
  };
}

/** The text of an order as the change feed shows it: system properties last. */
export function feedText(number: number, shape: Shape): string {
  const rid = Buffer.from(String(number).padStart(12, '0')).toString('base64');
  const hex = number.toString(16).padStart(8, '0');
  const own = {
    _rid: rid,
    _self: `dbs/YmVuYw==/colls/YmVuY2g=/docs/${rid}/`,
    _etag: `"${hex}-0000-0d00-0000-65000000${hex.slice(4)}"`,
    _attachments: 'attachments/',
    _ts: 1_700_000_000 + number,
    _lsn: number + 1,
  };
  return JSON.stringify({ ...order(number, shape), ...own });
}

/** Mean size of the documents and how much structure is in them, for people. */
export function describe(shape: Shape): string {
  const sample = Array.from({ length: 1000 }, (_, number) => feedText(number, shape));
  const bytes = Buffer.byteLength(sample.join(''));
  const quotes = sample.join('').split('"').length - 1;
  const foreign = bytes - sample.join('').length;
  const text =
    shape === 'ascii'
      ? 'pure ASCII'
      : `with non-ASCII text (${Math.round((foreign / bytes) * 100)} % more bytes than characters)`;
  return `${Math.round(bytes / 1000)} bytes, ${Math.round(quotes / (bytes / 1024))} quotes per KB, ${text}`;
}

interface Words {
  readonly cities: readonly string[];
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

const WORDS: Readonly<Record<Shape, Words>> = {
  ascii: {
    cities: ['Hamburg', 'Gdansk', 'Utrecht', 'Osaka'],
    names: ['Anna Meyer', 'Jon Berg', 'Lucia Costa', 'Ken Sato'],
    notes: ['leave it with the neighbour', 'two filters, ground', 'gift wrap, please'],
  },
  mixed: {
    cities: ['Köln', 'Gdańsk', 'Zürich', '大阪市'],
    names: ['Anna Müller', 'Jón Þór', 'Lucía Peña', '佐藤 健'],
    notes: ['bitte beim Nachbarn läuten', 'café moulu, déjà payé', 'gift wrap, please ☕'],
  },
};

/** Mulberry32, a small generator of numbers in [0, 1). */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
