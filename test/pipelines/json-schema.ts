/** Whether a value fits a JSON Schema; knows the words that ours uses, and throws at any other. */
export function fits(value: unknown, schema: Schema, root = schema): boolean {
  return Object.entries(schema).every(([word, meaning]) => {
    const rule = RULES[word];
    if (!rule) throw new Error(`the schema says "${word}"`);
    return rule(value, meaning as never, { schema, root });
  });
}

export type Schema = Readonly<Record<string, unknown>>;

interface Surroundings {
  readonly schema: Schema;
  readonly root: Schema;
}

type Rule = (value: unknown, meaning: never, surroundings: Surroundings) => boolean;
type Members = Readonly<Record<string, Schema>>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

const RULES: Readonly<Record<string, Rule>> = {
  type: (value, types: string | string[]) => [types].flat().includes(typeOf(value)),
  enum: (value, values: unknown[]) => values.includes(value),
  const: (value, wanted: unknown) => value === wanted,
  pattern: (value, pattern: string) => typeof value !== 'string' || new RegExp(pattern).test(value),
  required: (value, names: string[]) => !isObject(value) || names.every((name) => name in value),
  minProperties: (value, min: number) => !isObject(value) || Object.keys(value).length >= min,
  minItems: (value, min: number) => !Array.isArray(value) || value.length >= min,
  items: (value, schema: Schema, { root }) => !Array.isArray(value) || value.every((item) => fits(item, schema, root)),
  anyOf: (value, schemas: Schema[], { root }) => schemas.some((schema) => fits(value, schema, root)),
  allOf: (value, schemas: Schema[], { root }) => schemas.every((schema) => fits(value, schema, root)),
  if: (value, condition: Schema, { schema, root }) =>
    !fits(value, condition, root) || fits(value, schema.then as Schema, root),
  $ref: (value, path: string, { root }) => fits(value, found(root, path), root),
  properties: (value, members: Members, { root }) =>
    Object.entries(members).every(
      ([name, schema]) => !isObject(value) || !(name in value) || fits(value[name], schema, root),
    ),
  patternProperties: (value, members: Members, { root }) =>
    Object.entries(members).every(
      ([pattern, schema]) =>
        !isObject(value) ||
        Object.entries(value).every(([name, member]) => !new RegExp(pattern).test(name) || fits(member, schema, root)),
    ),
  additionalProperties: (value, allowed: boolean | Schema, { schema, root }) =>
    !isObject(value) ||
    Object.entries(value).every(([name, member]) => {
      const patterns = Object.keys((schema.patternProperties ?? {}) as object);
      if (name in ((schema.properties ?? {}) as object)) return true;
      if (patterns.some((pattern) => new RegExp(pattern).test(name))) return true;
      return typeof allowed === 'boolean' ? allowed : fits(member, allowed, root);
    }),
  ...Object.fromEntries(
    ['then', '$schema', 'title', 'description', 'default', 'definitions'].map((word) => [word, () => true]),
  ),
};

function found(root: Schema, path: string): Schema {
  const names = path.split('/').slice(1);
  return names.reduce<unknown>((schema, name) => (schema as Schema)[name], root) as Schema;
}
