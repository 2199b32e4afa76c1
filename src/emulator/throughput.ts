import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '../protocol/headers.ts';
import { isObject } from './json-body.ts';
import { badRequest } from './refusal.ts';
import { header } from './request.ts';
import type { OfferContent } from './store/offers.ts';

/** The throughput that a request to create asks for, manual or autoscale, if any. */
export function requestedThroughput(headers: IncomingHttpHeaders): OfferContent | undefined {
  const manual = header(headers, HEADER.offerThroughput);
  const autoscale = header(headers, HEADER.autoscale);
  if (manual !== undefined) return manualThroughput(Number(manual));
  return autoscale === undefined ? undefined : autoscaleThroughput(parseAutoscale(autoscale));
}

/** The content of an offer as a client sends it to replace one. */
export function replacedThroughput(content: unknown, before: OfferContent): OfferContent {
  if (!isObject(content)) throw badRequest('The offer has no content.');
  const autoscale = content.offerAutopilotSettings;
  const most = mostEver(before);
  const throughput = isObject(autoscale)
    ? autoscaleThroughput(autoscale.maxThroughput, most)
    : manualThroughput(content.offerThroughput, most);
  return { ...throughput, ...parseBuckets(content.throughputBuckets) };
}

/** The least that the throughput can be lowered to: a hundredth of the most there ever was, or a tenth for autoscale. */
export function leastThroughput(content: OfferContent): number {
  const { min } = isObject(content.offerAutopilotSettings)
    ? autoscaleBounds(mostEver(content))
    : manualBounds(mostEver(content));
  return min;
}

/** Request units a second; of autoscale, the most. */
export function throughputOf({ offerThroughput, offerAutopilotSettings }: OfferContent): number {
  return isObject(offerAutopilotSettings) ? Number(offerAutopilotSettings.maxThroughput) : offerThroughput;
}

/** The part of the throughput that a bucket may have, at most 1; no limit when the bucket is not set up. */
export function bucketShare({ throughputBuckets }: OfferContent, id: number): number | undefined {
  const bucket = (throughputBuckets as readonly Bucket[] | undefined)?.find((candidate) => candidate.id === id);
  return bucket && bucket.maxThroughputPercentage / 100;
}

export function manualThroughput(throughput: unknown, mostBefore = 0): OfferContent {
  const offerThroughput = checked(throughput, manualBounds(mostBefore));
  return { offerThroughput, ...settings(Math.max(mostBefore, offerThroughput)) };
}

/** How many ranges it takes to serve the throughput. */
export function rangesFor(content: OfferContent): number {
  return Math.ceil(throughputOf(content) / RANGE_THROUGHPUT);
}

export const RANGE_THROUGHPUT = 10_000;
export const LEAST_THROUGHPUT = 400;
const MAX = 1_000_000;
const BUCKETS_MAX = 5;

function manualBounds(most: number): { min: number; step: number } {
  return { min: Math.max(LEAST_THROUGHPUT, Math.ceil(most / 10_000) * 100), step: 100 };
}

function autoscaleBounds(most: number): { min: number; step: number } {
  return { min: Math.max(1000, Math.ceil(most / 10_000) * 1000), step: 1000 };
}

function mostEver({ offerThroughput, offerMinimumThroughputParameters }: OfferContent): number {
  const ever = isObject(offerMinimumThroughputParameters)
    ? offerMinimumThroughputParameters.maxThroughputEverProvisioned
    : offerThroughput;
  return Number(ever);
}

function autoscaleThroughput(maxThroughput: unknown, mostBefore = 0): OfferContent {
  const throughput = checked(maxThroughput, autoscaleBounds(mostBefore));
  return {
    offerThroughput: throughput,
    ...settings(Math.max(mostBefore, throughput)),
    offerAutopilotSettings: { maxThroughput: throughput },
  };
}

function parseAutoscale(text: string): unknown {
  try {
    return (JSON.parse(text) as { maxThroughput?: unknown } | null)?.maxThroughput;
  } catch {
    throw badRequest(`The ${HEADER.autoscale} header is not JSON.`);
  }
}

interface Bucket {
  readonly id: number;
  readonly maxThroughputPercentage: number;
}

function parseBuckets(value: unknown): { throughputBuckets?: readonly Bucket[] } {
  if (value === undefined || value === null) return {};
  if (Array.isArray(value) && value.every(isBucket) && new Set(value.map(({ id }) => id)).size === value.length) {
    return { throughputBuckets: value };
  }
  throw badRequest(
    'The throughputBuckets must be a list of up to five {"id": 1 to 5, "maxThroughputPercentage": 1 to 100}.',
  );
}

function isBucket(value: unknown): value is Bucket {
  if (!isObject(value)) return false;
  const isWithin = (number: unknown, max: number): boolean =>
    Number.isInteger(number) && (number as number) >= 1 && (number as number) <= max;
  return isWithin(value.id, BUCKETS_MAX) && isWithin(value.maxThroughputPercentage, 100);
}

function checked(throughput: unknown, { min, step }: { min: number; step: number }): number {
  if (typeof throughput === 'number' && throughput >= min && throughput <= MAX && throughput % step === 0) {
    return throughput;
  }
  throw badRequest(
    `The offer should have valid throughput values between ${min} and ${MAX} inclusive in increments of ${step}.`,
  );
}

function settings(most: number): Record<string, unknown> {
  return {
    offerIsRUPerMinuteThroughputEnabled: false,
    offerMinimumThroughputParameters: { maxThroughputEverProvisioned: most, maxConsumedStorageEverInKB: 0 },
  };
}
