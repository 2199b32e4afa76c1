import { HEADER } from '../../../src/protocol/headers.ts';
import { order } from '../documents.ts';
import { Caller } from './caller.ts';
import { connect } from './our-connection.ts';
import type { Open, Target } from './subject.ts';

/** Documents that are not there yet, each created by a request of its own. */
export const openCreates: Open = (target) =>
  openWith(target, (caller, number) => {
    const document = order(number, target.shape);
    return caller.ask('POST', '', keyHeaders(document.customerId), JSON.stringify(document));
  });

/** The same documents in each round, each read by a request of its own. */
export const openReads: Open = (target) =>
  openWith(target, (caller, number) => {
    const { id, customerId } = order(number % DOCUMENTS, target.shape);
    return caller.ask('GET', id, keyHeaders(customerId));
  });

const DOCUMENTS = 2000;
const AT_ONCE = 16;

type Ask = (caller: Caller, number: number) => Promise<unknown>;

async function openWith(target: Target, ask: Ask): ReturnType<Open> {
  const { connection, facts } = await connect(target);
  await connection.close();
  const caller = new Caller(target);
  let next = facts.documentCount ?? 0;
  return {
    async round() {
      const end = next + DOCUMENTS;
      const work = async (): Promise<void> => {
        while (next < end) await ask(caller, next++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return { documents: DOCUMENTS, bytes: 0 };
    },
    close: () => caller.close(),
  };
}

function keyHeaders(customerId: string): Record<string, string> {
  return { [HEADER.partitionKey]: JSON.stringify([customerId]) };
}
