import { Connection } from '../../../src/cosmos/connection.ts';
import { type ContainerFacts, readContainer } from '../../../src/cosmos/container.ts';
import { EMULATOR_KEY } from '../../../src/protocol/emulator-key.ts';
import type { Target } from './subject.ts';

export interface OurTarget {
  readonly connection: Connection;
  readonly facts: ContainerFacts;
}

export async function connect({ endpoint, ca, database, container }: Target): Promise<OurTarget> {
  const connection = new Connection({ endpoint, key: EMULATOR_KEY }, ca ? { ca } : {});
  return { connection, facts: await readContainer(connection.client, { database, container }) };
}
