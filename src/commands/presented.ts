import type { Source } from '../contract.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { enveloped } from '../sources/enveloped.ts';
import { marked } from '../sources/marked.ts';
import { stripped } from '../sources/stripped.ts';

export interface PresentationOptions {
  /** What was asked for by name is not taken away. */
  readonly select: string | undefined;
  readonly systemProperties: boolean;
  readonly envelope: boolean;
}

/** The same source with documents as people and other programs want them. */
export function presented(source: Source, { partitionKey }: ContainerFacts, options: PresentationOptions): Source {
  const plain = options.systemProperties || options.select !== undefined ? source : stripped(source, partitionKey);
  return options.envelope ? enveloped(plain) : marked(plain);
}
