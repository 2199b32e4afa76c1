export interface Closable {
  close(): void | Promise<void>;
}

/** Runs `work`, then closes everything it owned in reverse order, whatever happened. The first failure is thrown. */
export async function scoped<Result>(
  work: (own: <Owned extends Closable>(resource: Owned) => Owned) => Promise<Result>,
): Promise<Result> {
  const owned: Closable[] = [];
  const failures: unknown[] = [];
  let result: Result | undefined;
  try {
    result = await work((resource) => {
      owned.push(resource);
      return resource;
    });
  } catch (error) {
    failures.push(error);
  }
  for (const resource of owned.reverse()) {
    try {
      await resource.close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return result as Result;
}
