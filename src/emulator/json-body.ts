import { isUtf8 } from 'node:buffer';
import { badRequest } from './refusal.ts';

/** The value of a JSON body; throws 400 unless it is JSON in UTF-8. It may be nested to any depth. */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw badRequest('The input content is invalid because it is not UTF-8.');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw badRequest(`The input content is invalid JSON: ${(error as Error).message}`);
  }
}

/** The same for an object that nests no deeper than a document may. */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  return checkObject(parseJson(body));
}

/** Throws 400 unless the value is an object that nests no deeper than a document may. */
export function checkObject(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw badRequest('The input content is invalid because it is not a JSON object.');
  if (isDeeper(value, DEPTH_MAX)) throw badRequest(`The input content nests deeper than ${DEPTH_MAX} levels.`);
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DEPTH_MAX = 128;

function isDeeper(value: object, levels: number): boolean {
  if (levels === 0) return true;
  for (const part of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof part === 'object' && part !== null && isDeeper(part, levels - 1)) return true;
  }
  return false;
}
