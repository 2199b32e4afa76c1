import type { Scope } from './scope.ts';
import type { Expression } from './syntax.ts';
import { pathOf } from './walk.ts';

/** The metric that the container has for the vectors of a call, if the call is one of vectors. */
export function metricOfCall({ name, items }: Expression & { kind: 'call' }, { metricOf }: Scope): string | undefined {
  if (name !== 'VECTORDISTANCE' && name !== '_VECTORSCORE') return undefined;
  const paths = items.slice(0, 2).map(pathOf);
  return paths.map((path) => path && metricOf(path)).find((metric) => metric !== undefined);
}
