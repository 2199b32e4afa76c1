/** Throws when a measured thing did other work than it should have: its figures would mean nothing. */
export function expect(found: number, wanted: number, what: string): void {
  if (found !== wanted) throw new Error(`the number of ${what} is ${found}, not ${wanted}`);
}
