import { parseArgs } from 'node:util';
import { resultsOf } from '../../src/sql/execution.ts';
import { prepareQuery } from '../../src/sql/query.ts';
import { randomFrom } from '../../test/support/random.ts';
import { type Case, type Dialect, randomCase } from './cases.ts';
import { DIFFERENCES, type Difference } from './differences.ts';
import { openPeer, type Part, type Peer } from './peer.ts';

/** Runs random queries here and in another engine, and fails on a difference that is not among the known ones. */
const { values } = parseArgs({ options: { seed: { type: 'string' }, count: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const count = Number(values.count ?? 5000);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count))
  throw new Error('--seed and --count are whole numbers');

const SHOWN_MAX = 10;
const REFUSED = 'refused';
const SEVERAL = 'more than one';
const EVERYTHING: Dialect = new Set(DIFFERENCES.map(({ name }) => name));
const NOTHING: Dialect = new Set();

const peer = await openPeer();
const explained = new Map<string, number>();
const unexplained: string[] = [];
let [equal, refused, empty] = [0, 0, 0];
for (let n = 0; n < count; n++) {
  const made = randomCase(randomFrom(seed + n), [NOTHING, EVERYTHING]);
  const ours = outcomeOf(() => runOurs(made));
  if (ours === REFUSED) refused++;
  if (ours === '[]') empty++;
  const theirs = outcomeOf(() => runPeer(peer, made, NOTHING));
  if (ours === theirs) equal++;
  else if (ours === outcomeOf(() => runPeer(peer, made, EVERYTHING))) blame(made, ours);
  else unexplained.push(describe(seed + n, made, ours));
}
report();

/** Counts the differences without whose correction the engines differ; where it takes several at once, all of them. */
function blame(made: Case, ours: string): void {
  const guilty = DIFFERENCES.filter(({ name }) => {
    const others = new Set([...EVERYTHING].filter((other) => other !== name));
    return outcomeOf(() => runPeer(peer, made, others)) !== ours;
  });
  for (const { name } of guilty) explained.set(name, (explained.get(name) ?? 0) + 1);
  if (guilty.length === 0) explained.set(SEVERAL, (explained.get(SEVERAL) ?? 0) + 1);
}

function runOurs({ query, parameters, documents }: Case): unknown[] {
  return resultsOf(prepareQuery(query(NOTHING), parameters), documents);
}

function runPeer(engine: Peer, { query, top, parameters, documents }: Case, dialect: Dialect): unknown[] {
  const parts = [engine.helpers, engine.functions, engine.aggregates];
  const originals = parts.map((part): Part => ({ ...part }));
  for (const { name, correct } of DIFFERENCES) if (dialect.has(name)) correct?.(engine);
  try {
    return engine.run(query(dialect), parameters, documents).slice(0, top);
  } finally {
    for (const [index, part] of parts.entries()) Object.assign(part, originals[index]);
  }
}

function describe(number: number, made: Case, ours: string): string {
  const theirs = outcomeOf(() => runPeer(peer, made, EVERYTHING), true);
  const lines = [
    `--seed ${number} --count 1`,
    made.query(NOTHING),
    ...(made.parameters.length > 0 ? [`parameters ${JSON.stringify(made.parameters)}`] : []),
    `here:  ${ours === REFUSED ? outcomeOf(() => runOurs(made), true) : ours}`,
    `there: ${theirs}`,
  ];
  return lines.join('\n  ');
}

function report(): void {
  for (const text of unexplained.slice(0, SHOWN_MAX)) console.log(`unexplained: ${text}\n`);
  console.log(`${count} queries from --seed ${seed}, ${refused} refused here, ${empty} without results`);
  console.log(`${equal} equal, ${count - equal - unexplained.length} explained, ${unexplained.length} unexplained`);
  const known: readonly Pick<Difference, 'name' | 'reason'>[] = [
    ...DIFFERENCES,
    { name: SEVERAL, reason: 'any of several' },
  ];
  for (const { name, reason } of known)
    console.log(`${String(explained.get(name) ?? 0).padStart(6)}  ${name}: ${reason}`);
  process.exitCode = unexplained.length > 0 ? 1 : 0;
}

/** What comes out, as a text that is the same for equal results. */
function outcomeOf(run: () => unknown[], wordy = false): string {
  try {
    return write(run());
  } catch (error) {
    return wordy ? `${REFUSED}: ${(error as Error).message}` : REFUSED;
  }
}

/** Members in the order of their names; numbers to as many digits as two ways of calculating them have in common. */
function write(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(14)) + 0);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (Array.isArray(value)) return `[${value.map(write).join()}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join()}}`;
}
