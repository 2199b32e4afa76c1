/** A query that cannot be answered. Offsets are UTF-16 units of the query text, `end` is exclusive. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  /** `SC…` as the service numbers them, as far as they are known; `SC1001` is a syntax error. `SC9…` are our own. */
  readonly code: string;
  readonly start: number;
  readonly end: number;

  constructor(message: string, place: Place, code = 'SC1001') {
    super(message);
    this.code = code;
    this.start = place.start;
    this.end = place.end;
  }
}

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** The place of what went wrong while the query ran. */
export const NOWHERE: Place = { start: 0, end: 0 };

/** The error for a part of the language that exists in Azure Cosmos DB and is missing here. */
export function unsupported(feature: string, place: Place): SqlError {
  return new SqlError(`${feature} is not supported by the embedded server.`, place, 'SC9001');
}
