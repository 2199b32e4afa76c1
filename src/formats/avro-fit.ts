import avro from 'avsc';
import { Logical } from './avro-logical.ts';
import { LongNumber } from './long-number.ts';

/** A value that is no value of its type: says where, and which. */
export class Misfit extends Error {
  override readonly name = 'Misfit';

  constructor(path: string, type: avro.Type, value: unknown) {
    const found = value === undefined ? 'is missing' : `is ${short(textOf(value))}`;
    super(`"${path || 'the document'}" ${found}, and not of type ${short(nameOf(type))}`);
  }
}

/**
 * A parsed JSON value as a value of an Avro type, with its unions wrapped. Properties that the type does not name are
 * left out; one that is missing gets its default, or null where that is allowed. Of a union, the first branch that
 * holds the value counts. Throws a `Misfit`.
 */
export function fitted(type: avro.Type, value: unknown, path = ''): unknown {
  if (isUnion(type)) return fittedToBranch(type, value, path);
  if (type instanceof avro.types.RecordType) return fittedToRecord(type, value, path);
  if (type instanceof avro.types.ArrayType) return fittedToArray(type, value, path);
  if (type instanceof avro.types.MapType) return fittedToMap(type, value, path);
  const scalar = scalarOf(type, value);
  if (!isHeld(type, scalar) || !type.isValid(scalar)) throw new Misfit(path, type, value);
  return scalar;
}

function scalarOf(type: avro.Type, value: unknown): unknown {
  if (type instanceof Logical) return type.read(value);
  return BYTES.has(type.typeName) ? bytesOf(value) : value;
}

/** A string may have half a pair, for which UTF-8 has no bytes. */
function isHeld({ typeName }: avro.Type, value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  return typeof value !== 'number' || typeName !== 'float' || Object.is(Math.fround(value), value);
}

type Union = avro.types.WrappedUnionType;

function isUnion(type: avro.Type): type is Union {
  return type.typeName.startsWith('union:');
}

function fittedToBranch(type: Union, value: unknown, path: string): unknown {
  let misfit: unknown;
  for (const branch of type.types) {
    if (branch.typeName === 'null') {
      if (value === null || value === undefined) return null;
      continue;
    }
    try {
      return { [branch.branchName as string]: fitted(branch, value, path) };
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      misfit ??= error;
    }
  }
  // With one branch beside null, that one knows best what is wrong.
  throw type.types.length <= 2 && misfit !== undefined ? misfit : new Misfit(path, type, value);
}

function fittedToRecord(type: avro.types.RecordType, value: unknown, path: string): unknown {
  if (!isObject(value)) throw new Misfit(path, type, value);
  const record = Object.create(null) as Record<string, unknown>;
  for (const field of type.fields) {
    const { name } = field;
    const own = Object.hasOwn(value, name) ? value[name] : undefined;
    // The encoder puts the default in its place.
    if (own === undefined && field.defaultValue() !== undefined) continue;
    record[name] = fitted(field.type, own, path === '' ? name : `${path}.${name}`);
  }
  return record;
}

function fittedToArray(type: avro.types.ArrayType, value: unknown, path: string): unknown {
  if (!Array.isArray(value)) throw new Misfit(path, type, value);
  return value.map((item, index) => fitted(type.itemsType, item, `${path}[${index}]`));
}

function fittedToMap(type: avro.types.MapType, value: unknown, path: string): unknown {
  if (!isObject(value)) throw new Misfit(path, type, value);
  const map = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value)) map[name] = fitted(type.valuesType, item, `${path}.${name}`);
  return map;
}

const BYTES = new Set(['bytes', 'fixed']);

/** As in the JSON encoding of Avro: each character stands for the byte of that number. */
function bytesOf(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'latin1');
  return bytes.toString('latin1') === value ? bytes : undefined;
}

function textOf(value: unknown): string {
  return value instanceof LongNumber ? String(value) : JSON.stringify(value);
}

function nameOf(type: avro.Type): string {
  return type instanceof Logical ? type.typeName.slice('logical:'.length) : type.toString();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LongNumber);
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
