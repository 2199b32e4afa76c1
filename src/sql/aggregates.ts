import { spend } from './budget.ts';
import { NOWHERE, SqlError } from './sql-error.ts';
import { canonical, order, typeOf, type Value } from './value.ts';

/** What an aggregate knows of the values so far. Undefined values are not counted by any. */
export interface Accumulator {
  add(value: Value): void;
  result(): Value;
  /** As JSON, to go on from elsewhere with `load`; absent where that could become large. */
  save?(): Value;
  load?(saved: Value): void;
}

export function isAggregate(name: string): boolean {
  return AGGREGATES.has(name);
}

export function newAccumulator(name: string): Accumulator {
  const make = AGGREGATES.get(name);
  if (!make) throw new TypeError(`${name} is no aggregate`);
  return make();
}

const AGGREGATES: ReadonlyMap<string, () => Accumulator> = new Map([
  ['COUNT', () => counter((value) => value !== undefined)],
  ['COUNTIF', () => counter((value) => value === true)],
  ['SUM', () => total(({ sum }) => sum)],
  ['AVG', () => total(({ sum, count }) => (count === 0 ? undefined : sum / count))],
  ['MIN', () => extreme(-1)],
  ['MAX', () => extreme(1)],
  ['MAKELIST', list],
  ['MAKESET', set],
]);

function counter(counts: (value: Value) => boolean): Accumulator {
  let count = 0;
  return {
    add: (value) => {
      if (counts(value)) count++;
    },
    result: () => count,
    save: () => count,
    load: (saved) => {
      count = Number(saved);
    },
  };
}

interface Total {
  sum: number;
  count: number;
  /** Whether something other than a number was among the values: the result is then undefined. */
  mixed: boolean;
}

function total(resultOf: (total: Total) => Value): Accumulator {
  const state: Total = { sum: 0, count: 0, mixed: false };
  return {
    add: (value) => {
      if (value === undefined) return;
      state.count++;
      if (typeof value === 'number') state.sum += value;
      else state.mixed = true;
    },
    result: () => (state.mixed || !Number.isFinite(state.sum) ? undefined : resultOf(state)),
    save: () => ({ ...state }),
    load: (saved) => void Object.assign(state, saved),
  };
}

interface Extreme {
  value?: Value;
  /** Whether an array or object was among the values: the result is then undefined. */
  mixed: boolean;
}

function extreme(sign: 1 | -1): Accumulator {
  const state: Extreme = { mixed: false };
  return {
    add: (value) => {
      if (value === undefined) return;
      const type = typeOf(value);
      if (type === 'array' || type === 'object') state.mixed = true;
      else if (!('value' in state) || order(value, state.value) * sign > 0) state.value = value;
    },
    result: () => (state.mixed ? undefined : state.value),
    save: () => ({ ...state }),
    load: (saved) => void Object.assign(state, saved),
  };
}

function list(): Accumulator {
  const values: Value[] = [];
  return {
    add: (value) => {
      if (value !== undefined) values.push(value);
      refuseMany(values.length);
    },
    result: () => values,
  };
}

function set(): Accumulator {
  const values = new Map<string, Value>();
  return {
    add: (value) => {
      if (value === undefined) return;
      spend(1);
      const key = canonical(value);
      if (!values.has(key)) values.set(key, value);
      refuseMany(values.size);
    },
    result: () => [...values.values()],
  };
}

const COLLECTED_MAX = 100_000;

function refuseMany(count: number): void {
  if (count <= COLLECTED_MAX) return;
  throw new SqlError(`MAKELIST and MAKESET take no more than ${COLLECTED_MAX} values.`, NOWHERE, 'SC9002');
}
