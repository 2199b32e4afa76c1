import type { SinkRig } from '../../contract/sink.ts';
import { describeSink } from '../../contract/sink.ts';
import { batched, ORIGIN, openSink, serve } from './rig.ts';

interface Event {
  readonly type: string;
  readonly subject: string;
  readonly partitionkey: string;
  readonly data: unknown;
}

describeSink('HTTP', () => open(1));
describeSink('HTTP, in batches,', () => open(30));

/** Into a receiver that does what the events say. */
async function open(countMax: number): Promise<SinkRig> {
  const documents = new Map<string, string>();
  const { url } = await serve((response, { body }) => {
    for (const { type, subject, partitionkey, data } of JSON.parse(body.toString()) as Event[]) {
      const key = JSON.stringify([subject, partitionkey]);
      if (type === 'cosmosflow.document.delete') documents.delete(key);
      else documents.set(key, JSON.stringify(data));
    }
    response.end();
  });
  const body = { format: 'cloudevents-batch', isArray: true, source: ORIGIN.source } as const;
  const sink = openSink(url, { sink: { body, ...batched(countMax) } });
  return { sink, contents: async () => [...documents.values()].sort() };
}
