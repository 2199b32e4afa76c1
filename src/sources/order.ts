import { createHash } from 'node:crypto';

/** What may be different about an order than the seed and its number would have it. */
export interface OrderDetails {
  /** Number of the customer. */
  readonly customer?: number | undefined;
  readonly version?: number | undefined;
  /** Seconds to live. */
  readonly ttl?: number | undefined;
}

/** Order `index` of a seed as JSON text: the same for the same arguments, whenever and wherever it is made. */
export function orderText(seed: number, index: number, bytesMin: number, details: OrderDetails = {}): string {
  const text = JSON.stringify(orderAt(seed, index, details));
  const bytes = Buffer.byteLength(text);
  if (bytes >= bytesMin) return text;
  const padding = 'x'.repeat(Math.max(0, bytesMin - bytes - PADDING_BYTES));
  return `${text.slice(0, -1)},"padding":"${padding}"}`;
}

const PADDING_BYTES = ',"padding":""'.length;
/** The first order is placed at this moment, and one a second after it. */
const FIRST_AT = Date.UTC(2026, 0, 1);
export const CUSTOMERS = 2000;
const CURRENCIES = ['EUR', 'USD', 'GBP', 'SEK', 'JPY'] as const;
const CHANNELS = ['web', 'app', 'store', 'partner'] as const;
const PRODUCTS = [
  'espresso beans',
  'crème brûlée',
  'green tea 緑茶',
  'rye bread',
  '12" pizza stone',
  'olive oil',
] as const;

interface Item {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: number;
}

function orderAt(seed: number, index: number, { customer, version, ttl }: OrderDetails): object {
  // One digest gives all the choices, so that an order depends on its own number alone.
  const digest = createHash('sha256').update(`${seed}:${index}`).digest();
  const byte = (at: number): number => digest[at] as number;
  const items = Array.from({ length: 1 + (byte(16) % 4) }, (_, at) => itemAt(byte(17 + at), byte(21 + at)));
  return {
    id: guid(digest),
    customerId: `customer-${String(customer ?? digest.readUInt16LE(25) % CUSTOMERS).padStart(5, '0')}`,
    amount: cents(items.reduce((sum, { quantity, price }) => sum + quantity * price, 0)),
    currency: CURRENCIES[byte(27) % CURRENCIES.length],
    createdAt: new Date(FIRST_AT + index * 1000).toISOString(),
    source: CHANNELS[byte(28) % CHANNELS.length],
    items,
    version,
    ttl,
  };
}

function itemAt(choice: number, cost: number): Item {
  const product = choice % PRODUCTS.length;
  const name = PRODUCTS[product] as string;
  return { sku: `sku-${product + 1}`, name, quantity: 1 + (choice >> 6), price: cents(1 + cost * 0.37) };
}

function guid(digest: Buffer): string {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const cents = (value: number): number => Math.round(value * 100) / 100;
