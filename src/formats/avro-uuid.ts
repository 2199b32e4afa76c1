import type { Attributes, Reading } from './avro-logical.ts';

/** The text of a UUID, or its 16 bytes. */
export function uuidReading({ type, size }: Attributes): Reading | undefined {
  const isFixed = type === 'fixed' && size === 16;
  if (type !== 'string' && !isFixed) return undefined;
  return (value) => {
    if (typeof value !== 'string' || !UUID.test(value)) return undefined;
    return isFixed ? Buffer.from(value.replaceAll('-', ''), 'hex') : value;
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
