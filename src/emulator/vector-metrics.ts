import { propertyNames } from '../protocol/partition-key.ts';
import type { MetricOf } from '../sql/scope.ts';
import { isObject } from './json-body.ts';
import { isPropertyPath } from './property-path.ts';
import type { Container } from './store/container.ts';

/** The metrics that the container's `vectorEmbeddingPolicy` has for its vectors. */
export function vectorMetrics({ definition }: Container): MetricOf {
  const { vectorEmbeddings } = isObject(definition.vectorEmbeddingPolicy) ? definition.vectorEmbeddingPolicy : {};
  const metrics = new Map<string, string>();
  for (const embedding of Array.isArray(vectorEmbeddings) ? vectorEmbeddings : []) {
    const { path, distanceFunction } = isObject(embedding) ? embedding : {};
    if (!isPropertyPath(path) || typeof distanceFunction !== 'string') continue;
    metrics.set(JSON.stringify(propertyNames(path)), distanceFunction);
  }
  return (names) => metrics.get(JSON.stringify(names));
}
