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
export function replacedThroughput(content: unknown): OfferContent {
  if (!isObject(content)) throw badRequest('The offer has no content.');
  const autoscale = content.offerAutopilotSettings;
  return isObject(autoscale) ? autoscaleThroughput(autoscale.maxThroughput) : manualThroughput(content.offerThroughput);
}

export function manualThroughput(throughput: unknown): OfferContent {
  return { offerThroughput: checked(throughput, MANUAL), ...settings(throughput as number) };
}

/** How many ranges it takes to serve the throughput. */
export function rangesFor({ offerThroughput, offerAutopilotSettings }: OfferContent): number {
  const most = isObject(offerAutopilotSettings) ? Number(offerAutopilotSettings.maxThroughput) : offerThroughput;
  return Math.ceil(most / RANGE_THROUGHPUT);
}

export const RANGE_THROUGHPUT = 10_000;
const MANUAL = { min: 400, step: 100 };
const AUTOSCALE = { min: 1000, step: 1000 };
const MAX = 1_000_000;

function autoscaleThroughput(maxThroughput: unknown): OfferContent {
  const throughput = checked(maxThroughput, AUTOSCALE);
  return {
    offerThroughput: throughput,
    ...settings(throughput),
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

function checked(throughput: unknown, { min, step }: { min: number; step: number }): number {
  if (typeof throughput === 'number' && throughput >= min && throughput <= MAX && throughput % step === 0) {
    return throughput;
  }
  throw badRequest(
    `The offer should have valid throughput values between ${min} and ${MAX} inclusive in increments of ${step}.`,
  );
}

function settings(throughput: number): Record<string, unknown> {
  return {
    offerIsRUPerMinuteThroughputEnabled: false,
    offerMinimumThroughputParameters: { maxThroughputEverProvisioned: throughput, maxConsumedStorageEverInKB: 0 },
  };
}
