import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../../src/contract.ts';
import type { ColumnTypes } from '../../../src/formats/format.ts';
import { writeParquet } from '../../../src/formats/parquet-writing.ts';
import { mixedColumns } from '../../../src/sinks/files/mixed-columns.ts';
import type { PartNote } from '../../../src/sinks/files/part-note.ts';
import { type Duck, openDuck } from '../../formats/duckdb.ts';
import { scratch } from '../../formats/scratch.ts';

const KINDS = {
  text: ['"123"', '"abc"'],
  'truth values': ['true', 'false'],
  integers: ['123', '-4'],
  'long integers': ['9007199254740993'],
  fractions: ['0.1', '-2.5'],
  'kinds that are mixed': ['{"a":"1"}', '"123"', '123', '9007199254740993'],
  nothing: ['null'],
};
const PAIRS = Object.keys(KINDS).flatMap((one) => Object.keys(KINDS).map((other) => [one, other] as const));

const duck = await openDuck();
describe.skipIf(typeof duck === 'string')(typeof duck === 'string' ? duck : 'read together by DuckDB', () => {
  const together = async (one: Made, other: Made): Promise<string[]> => {
    const rows = await (duck as Duck)(
      `SELECT to_json(v)::VARCHAR AS v FROM read_parquet(['${one.path}', '${other.path}'], union_by_name = true)`,
    );
    return rows.map(({ v }) => (v === null ? 'null' : String(v).replace(/(?<=^-?\d+)\.0$/, '')));
  };

  test.each(PAIRS)(
    '%s in one file and %s in another come out as they went in, or their column is mixed',
    async (...pair) => {
      const [one, other] = await Promise.all(pair.map((kind) => made(KINDS[kind as keyof typeof KINDS])));
      if (!one || !other) throw new Error('a pair is two');
      const isMixed = mixedColumns([one, other].map(noteOf)).length > 0;
      const isRight = await together(one, other).then(
        (values) => JSON.stringify(values) === JSON.stringify([...one.values, ...other.values]),
        () => false,
      );
      expect(isRight).toBe(!isMixed);
    },
  );

  test('as JSON columns, all do', async () => {
    for (const [one, other] of PAIRS) {
      const [left, right] = [await made(KINDS[one as never], ['v']), await made(KINDS[other as never], ['v'])];
      expect(mixedColumns([left, right].map(noteOf))).toEqual([]);
      expect(await together(left, right)).toEqual([...left.values, ...right.values]);
    }
  });
});

test('a column that some files do not have is not mixed', () => {
  const notes = [
    [['a', 'string']],
    [['b', 'json']],
    [
      ['a', 'string'],
      ['b', 'nothing'],
    ],
  ] as ColumnTypes[];
  expect(mixedColumns(notes.map((types) => noteOf({ types })))).toEqual([]);
  expect(mixedColumns([...notes, [['b', 'string']]].map((types) => noteOf({ types: types as ColumnTypes })))).toEqual([
    'b',
  ]);
});

interface Made {
  readonly path: string;
  readonly types: ColumnTypes;
  readonly values: readonly string[];
}

async function made(values: readonly string[], json?: readonly string[]): Promise<Made> {
  const { from, to: path } = scratch(values.map((value) => `{"v":${value}}`));
  return { path, types: await writeParquet(from, path, { json }), values };
}

function noteOf({ types: columns }: Pick<Made, 'types'>): PartNote {
  const file = { bytes: 0, sha256: '', changed: '', columns };
  return { range: EVERYTHING, number: 1, rows: 0, textBytes: 0, bytes: 0, sha256: '', begun: 0, complete: true, file };
}
