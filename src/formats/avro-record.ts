import avro from 'avsc';
import { FlowError } from '../support/error.ts';
import { locateMembers, SPAN } from '../support/json-bytes.ts';
import { fitted, Misfit } from './avro-fit.ts';
import { LOGICAL_TYPES } from './avro-logical.ts';
import type { AvroOptions } from './avro-writing.ts';
import { parseExactly } from './long-number.ts';

export interface AvroRecords {
  /** As it is written into files. */
  readonly schema: string;
  readonly type: avro.Type;
  /** Throws a `sink_refused` error for a row that is no such record; it names the line of the file, if it is of one. */
  recordOf(text: Buffer, start: number, end: number, line?: number): unknown;
}

/** How rows become records. */
export function avroRecords({ schema, envelope = false }: AvroOptions): AvroRecords {
  if (schema !== undefined) return recordsOf(schema);
  return { ...DOCUMENTS, recordOf: envelope ? openedEnvelope : plainDocument };
}

function recordsOf(schemaText: string): AvroRecords {
  const { schema, type } = parseSchema(schemaText);
  return {
    schema,
    type,
    recordOf(text, start, end, line) {
      const row = parseExactly(text.toString('utf8', start, end));
      try {
        return fitted(type, row);
      } catch (error) {
        throw error instanceof Misfit ? refused(error, line, row) : error;
      }
    },
  };
}

/** Throws a `usage` error for a text that is no schema of records. */
function parseSchema(text: string): Pick<AvroRecords, 'schema' | 'type'> {
  try {
    const schema = JSON.parse(text);
    const type = avro.Type.forSchema(schema, { wrapUnions: 'always', logicalTypes: LOGICAL_TYPES });
    if (type.typeName !== 'record') throw new TypeError(`it is one of type "${type.typeName}"`);
    return { schema: JSON.stringify(schema), type };
  } catch (cause) {
    throw new FlowError('usage', `the Avro schema is not that of a record: ${(cause as Error).message}`, {
      hint: 'write one like {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}',
      cause,
    });
  }
}

const SCHEMA = {
  type: 'record',
  name: 'Document',
  namespace: 'cosmosflow',
  fields: [
    { name: 'id', type: ['null', 'string'], default: null },
    { name: 'partitionKey', type: ['null', 'string'], doc: 'a JSON array', default: null },
    { name: 'lsn', type: ['null', 'long'], doc: 'number of the commit in its physical range', default: null },
    {
      name: 'time',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      doc: 'when it was committed, in whole seconds',
      default: null,
    },
    { name: 'operation', type: ['null', 'string'], doc: 'what happened to it, such as upsert', default: null },
    { name: 'document', type: 'string', doc: 'JSON, as it was written' },
  ],
};

const DOCUMENTS = {
  schema: JSON.stringify(SCHEMA),
  type: avro.Type.forSchema(SCHEMA as avro.Schema, { wrapUnions: 'always' }),
};

/** A document by itself, or any other result of a query: all that is known is its id, if it has one. */
function plainDocument(text: Buffer, start: number, end: number): unknown {
  const [id] = text[start] === OPEN_OBJECT ? membersOf(text, start, ID) : [];
  const name = id === undefined ? undefined : JSON.parse(id);
  return {
    id: typeof name === 'string' ? { string: name } : null,
    partitionKey: null,
    lsn: null,
    time: null,
    operation: null,
    document: text.toString('utf8', start, end),
  };
}

function openedEnvelope(text: Buffer, start: number): unknown {
  const [key = '[]', lsn, time, operation, document = ''] = membersOf(text, start, ENVELOPE);
  const [id, ...partitionKey] = JSON.parse(key) as [string, ...unknown[]];
  return {
    id: { string: id },
    partitionKey: { string: JSON.stringify(partitionKey) },
    lsn: lsn === undefined ? null : { long: Number(lsn) },
    time: time === undefined ? null : { long: Date.parse(JSON.parse(time)) },
    operation: operation === undefined ? null : { string: JSON.parse(operation) },
    document,
  };
}

const namesOf = (...names: readonly string[]): readonly Buffer[] => names.map((name) => Buffer.from(name));
const ID = namesOf('id');
const ENVELOPE = namesOf('key', 'lsn', 'time', 'operation', 'document');
const OPEN_OBJECT = 0x7b;

/** The JSON texts of members, in the order of their names. */
function membersOf(text: Buffer, start: number, names: readonly Buffer[]): (string | undefined)[] {
  const spans = new Int32Array(names.length * SPAN);
  locateMembers(text, start, names, spans);
  return names.map((_, name) => {
    const [valueStart, valueEnd] = spans.subarray(name * SPAN + 1, name * SPAN + SPAN);
    return valueEnd === 0 ? undefined : text.toString('utf8', valueStart, valueEnd);
  });
}

function refused({ message }: Misfit, line: number | undefined, row: unknown): FlowError {
  const { id } = Object(row) as { id?: unknown };
  const which = typeof id === 'string' ? `document "${id}"` : line === undefined ? 'a document' : `line ${line}`;
  return new FlowError('sink_refused', `${which} does not fit the Avro schema: ${message}`, {
    hint: 'let the schema allow it, as in {"name": "total", "type": ["null", "double", "string"]}',
  });
}
