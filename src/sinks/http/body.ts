import type { Change } from '../../contract.ts';
import { cloudEvent } from '../../formats/cloudevents.ts';
import { ndjson } from '../../formats/ndjson.ts';

export const BODY_FORMATS = ['ndjson', 'json', 'cloudevents', 'cloudevents-batch'] as const;
export type BodyFormat = (typeof BODY_FORMATS)[number];

export interface Body {
  readonly contentType: string;
  readonly bytes: Buffer;
}

export interface BodyOptions {
  readonly format: BodyFormat;
  /** JSON as an array, also of one. */
  readonly isArray: boolean;
  /** The container that changes are of, as a URI. */
  readonly source: string;
}

/** A batch as the body of a request; `ids` are those of its changes. What it returns is a copy. */
export function bodyOf(batch: readonly Change[], ids: readonly string[], options: BodyOptions): Body {
  const { format, isArray, source } = options;
  const documents = batch.map(({ document }) => document);
  const events = (): Buffer[] => batch.map((change, index) => cloudEvent(change, { source, id: ids[index] as string }));
  switch (format) {
    case 'ndjson':
      return { contentType: 'application/x-ndjson', bytes: ndjson(documents) };
    case 'json':
      return {
        contentType: 'application/json',
        bytes: isArray ? array(documents) : Buffer.concat(documents),
      };
    case 'cloudevents':
      return { contentType: 'application/cloudevents+json', bytes: Buffer.concat(events()) };
    case 'cloudevents-batch':
      return { contentType: 'application/cloudevents-batch+json', bytes: array(events()) };
  }
}

function array(texts: readonly Uint8Array[]): Buffer {
  const pieces = texts.flatMap((text, index) => (index === 0 ? [text] : [COMMA, text]));
  return Buffer.concat([OPEN, ...pieces, CLOSE]);
}

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');
