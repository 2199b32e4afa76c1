import { FlowError } from '../support/error.ts';

/** Why no file can be made of documents that were taken: `file` is the kind of file, such as "a CSV file". */
export function tooManyNames(file: string, max: number): FlowError {
  return new FlowError('sink_refused', `the documents of ${file} have more than ${max} different names`, {
    // Columns and format are part of the job: with others, the checkpoint is another job's.
    hint:
      'the .partial file is NDJSON and has every document of it; for another file, name the columns with --columns, ' +
      'or use --format ndjson, with another --out (and another --checkpoint, if you name one)',
  });
}
