import avro from 'avsc';
import { decimalReading } from './avro-decimal.ts';
import { dateReading, momentReading } from './avro-moment.ts';
import { uuidReading } from './avro-uuid.ts';

/** What a parsed JSON value is in the type below; `undefined` where it cannot be told exactly. */
export type Reading = (value: unknown) => unknown;

/** The attributes of a schema with a logical type. */
export interface Attributes {
  readonly type: unknown;
  readonly logicalType: string;
  readonly precision?: unknown;
  readonly scale?: unknown;
  readonly size?: unknown;
}

/** A type whose values have a form of their own in JSON. Its bytes are those of the type below. */
export abstract class Logical extends avro.types.LogicalType {
  abstract read(value: unknown): unknown;

  protected override _fromValue(value: unknown): unknown {
    return value;
  }

  protected override _toValue(value: unknown): unknown {
    return value;
  }
}

/** By name. What makes no sense is no such type, as the specification says, but the one below. */
export const LOGICAL_TYPES = {
  decimal: typeOf(decimalReading),
  date: typeOf(dateReading),
  'timestamp-millis': typeOf(momentReading(3)),
  'timestamp-micros': typeOf(momentReading(6)),
  uuid: typeOf(uuidReading),
};

function typeOf(
  prepare: (schema: Attributes) => Reading | undefined,
): new (
  schema: avro.Schema,
  options?: unknown,
) => Logical {
  return class extends Logical {
    readonly #read: Reading;

    constructor(schema: avro.Schema, options?: unknown) {
      super(schema as never, options as never);
      const read = prepare(schema as Attributes);
      if (!read) throw new TypeError('it is another type');
      this.#read = read;
    }

    read(value: unknown): unknown {
      return this.#read(value);
    }
  };
}
