/** The text of an object that has these texts at these places: names from the outside in. Names may share objects. */
export function objectText(places: Iterable<readonly [path: readonly string[], text: string]>): string {
  const tree: Tree = new Map();
  for (const [path, text] of places) plant(tree, path, text);
  return textOf(tree);
}

/** A property, and what is in it: a text, or properties in their turn. */
type Tree = Map<string, Tree | string>;

function plant(tree: Tree, [name = '', ...rest]: readonly string[], text: string): void {
  if (rest.length === 0) {
    tree.set(name, text);
    return;
  }
  const known = tree.get(name);
  const branch: Tree = known instanceof Map ? known : new Map();
  tree.set(name, branch);
  plant(branch, rest, text);
}

function textOf(tree: Tree): string {
  const members = [...tree].map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : textOf(value)}`,
  );
  return `{${members.join(',')}}`;
}
