import avro from 'avsc';

/** A value that is no value of its type: says where, and which. */
export class Misfit extends Error {
  override readonly name = 'Misfit';

  constructor(path: string, type: avro.Type, value: unknown) {
    const found = value === undefined ? 'is missing' : `is ${short(JSON.stringify(value))}`;
    super(`"${path || 'the document'}" ${found}, and not of type ${short(type.toString())}`);
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
  const scalar = BYTES.has(type.typeName) ? bytesOf(value) : value;
  // A number that no double holds is infinite by now, and a string may have half a pair, for which UTF-8 has no bytes.
  const isHeld =
    typeof scalar === 'number' ? Number.isFinite(scalar) : typeof scalar !== 'string' || scalar.isWellFormed();
  if (!isHeld || !type.isValid(scalar)) throw new Misfit(path, type, value);
  return scalar;
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
