/** A question to DuckDB, or why it cannot be asked: its native binding is not there for every platform. */
export async function openDuck(): Promise<Duck | string> {
  try {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    return async (sql) => (await connection.runAndReadAll(sql)).getRowObjects() as Record<string, unknown>[];
  } catch (error) {
    return `DuckDB cannot be loaded: ${(error as Error).message}`;
  }
}

export type Duck = (sql: string) => Promise<Record<string, unknown>[]>;
