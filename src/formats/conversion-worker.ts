import { parentPort, workerData } from 'node:worker_threads';
import type { Conversion } from './conversion.ts';

// A thread that makes one file of another and ends. It loads what it needs and nothing else.

const { name, options, from, to } = workerData as Conversion;
switch (name) {
  case 'parquet': {
    const { writeParquet } = await import('./parquet-writing.ts');
    parentPort?.postMessage(await writeParquet(from, to, options));
    break;
  }
  case 'avro': {
    const { writeAvro } = await import('./avro-writing.ts');
    await writeAvro(from, to, options);
    break;
  }
  case 'csv': {
    const { writeCsv } = await import('./csv-writing.ts');
    await writeCsv(from, to, options);
  }
}
