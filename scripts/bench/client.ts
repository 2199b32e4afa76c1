import { LineSum } from './fingerprint.ts';
import { SUBJECTS, type SubjectName } from './subjects/index.ts';
import type { Target } from './subjects/subject.ts';

// The process that is measured: does the work once or more to warm up, then so often again, and reports what it cost.

export interface Task {
  readonly subject: SubjectName;
  readonly target: Target;
  readonly warmUps: number;
  readonly rounds: number;
}

export interface Measurement {
  /** Of the measured rounds. */
  readonly documents: number;
  readonly bytes: number;
  /** Documents per second of wall-clock time, round by round. */
  readonly rates: readonly number[];
  /** User and system time of the whole process, all its threads. */
  readonly cpuUs: number;
  /** Of the lines that the last warm-up wrote. */
  readonly fingerprint: number;
}

const { subject: name, target, warmUps, rounds } = JSON.parse(process.argv[2] ?? '{}') as Task;
const open = await SUBJECTS[name]();
const subject = await open(target);
let lines = new LineSum();
for (let round = 0; round < warmUps; round++) {
  lines = new LineSum();
  await subject.prepare?.();
  await subject.round(lines);
}
let [documents, bytes, cpuUs] = [0, 0, 0];
const rates: number[] = [];
for (let round = 0; round < rounds; round++) {
  await subject.prepare?.();
  const [started, before] = [performance.now(), process.cpuUsage()];
  const work = await subject.round();
  const { user, system } = process.cpuUsage(before);
  rates.push(work.documents / ((performance.now() - started) / 1000));
  documents += work.documents;
  bytes += work.bytes;
  cpuUs += user + system;
}
await subject.close();
process.send?.({ documents, bytes, rates, cpuUs, fingerprint: lines.sum } satisfies Measurement);
process.disconnect();
