import { FlowError } from '../support/error.ts';

/** Why a row cannot be of columns: `file` is the kind of file, such as "a CSV file". */
export function noObject(file: string, row: string, hint: string): FlowError {
  const short = row.length > 40 ? `${row.slice(0, 40)}…` : row;
  const shown = row.startsWith('"') ? short : `"${short}"`;
  return new FlowError('sink_refused', `${file} has columns, and ${shown} is not an object`, { hint });
}
