import { isSwitch, type Kind, longName, type Setting } from './kind.ts';
import { OWN } from './pipeline.ts';

/** A JSON Schema (draft 7, as editors have it) of files with pipelines of these kinds. */
export function schemaOf(kinds: readonly Kind[]): object {
  const pipeline = {
    type: 'object',
    required: ['command'],
    properties: { command: { enum: kinds.map(({ name }) => name) } },
    allOf: kinds.map((kind) => ({
      if: { properties: { command: { const: kind.name } }, required: ['command'] },
      // biome-ignore lint/suspicious/noThenProperty: the word is that of JSON Schema
      then: { $ref: `#/definitions/${kind.name}` },
    })),
  };
  const listed = { allOf: [{ $ref: '#/definitions/pipeline' }], required: ['name'] };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'pipelines of cosmosflow',
    type: 'object',
    additionalProperties: false,
    required: ['pipelines'],
    properties: {
      pipelines: {
        anyOf: [
          { type: 'object', minProperties: 1, additionalProperties: { $ref: '#/definitions/pipeline' } },
          { type: 'array', minItems: 1, items: listed },
        ],
      },
    },
    definitions: { pipeline, ...Object.fromEntries(kinds.map((kind) => [kind.name, definitionOf(kind)])) },
  };
}

function definitionOf(kind: Kind): object {
  const flags = Object.entries(kind.flags);
  const given = kind.arguments.map(({ name, summary }) => [name, { ...SINGLE, description: summary }]);
  const { until, ...own } = OWN;
  return {
    description: kind.summary,
    type: 'object',
    additionalProperties: false,
    required: kind.arguments.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
    properties: {
      ...Object.fromEntries(Object.entries(own).map(([name, description]) => [name, { ...SINGLE, description }])),
      after: { ...SEVERAL, description: own.after },
      ...(kind.ending && { until: { ...SEVERAL, description: until } }),
      onError: { enum: ['stop', 'continue'], description: own.onError },
      ...Object.fromEntries(given),
      ...Object.fromEntries(flags.map(([, flag]) => [longName(flag), valueSchema(flag)])),
    },
    // The same in camel case, which editors need not propose.
    patternProperties: Object.fromEntries(
      flags.filter(([key, flag]) => key !== longName(flag)).map(([key, flag]) => [`^${key}$`, valueSchema(flag)]),
    ),
  };
}

const SINGLE = { type: ['string', 'number', 'boolean'] };
const SEVERAL = { anyOf: [SINGLE, { type: 'array', items: SINGLE }] };
/** A switch may be a text with a variable. */
const SWITCH = { anyOf: [{ type: 'boolean' }, { type: 'string', pattern: '^(true|false|.*\\$\\{.*)$' }] };

function valueSchema(flag: Setting): object {
  const { summary: description, fallback, fallbackText } = flag;
  if (flag.isList) return { ...SEVERAL, description };
  const shown = fallbackText ?? fallback;
  return {
    ...(isSwitch(flag) ? SWITCH : SINGLE),
    description,
    ...(shown !== undefined && shown !== '' && { default: shown }),
  };
}
