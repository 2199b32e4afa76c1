import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import type { Address, Feature } from './address.ts';
import { Refusal } from './refusal.ts';
import { header } from './request.ts';

interface SignedRequest {
  readonly method: string;
  readonly address: Address;
  readonly headers: IncomingHttpHeaders;
}

/** Throws 401 or 403 unless the request is signed with the master key, for its own path, at about this time. */
export function authorize(request: SignedRequest, key: string, now: number): void {
  const signature = signatureOf(request.headers);
  const payloads = payloadsOf(request);
  refuseSkew(dateOf(request.headers), now);
  if (payloads.some((payload) => isSigned(payload, key, signature))) return;
  throw unauthorized(
    `The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per the protocol. For more info: https://aka.ms/cosmosdb-tsg-unauthorized. Server used the following payload to sign: '${payloads[0]}'`,
  );
}

/** The texts of which one must be signed: with names in the link, and with a resource id. */
export function payloadsOf({ method, address, headers }: SignedRequest): string[] {
  const xDate = header(headers, HEADER.date) ?? '';
  const date = xDate === '' ? dateOf(headers) : '';
  return linksOf(address).map((link) =>
    [method, address.feature?.kind ?? TYPES[address.resource], link, xDate, date, '']
      .map((line, index) => (index === LINK_LINE ? line : line.toLowerCase()))
      .join('\n'),
  );
}

/** The base64 signature of a payload. */
export function sign(payload: string, key: string): string {
  return digest(payload, key).toString('base64');
}

const SKEW_MS = 900_000;
const HEADER_MAX = 1024;
const LINK_LINE = 2;

function dateOf(headers: IncomingHttpHeaders): string {
  const date = header(headers, HEADER.date) ?? header(headers, 'date');
  if (!date) throw unauthorized('The request has neither an x-ms-date nor a date header.');
  return date;
}

function signatureOf(headers: IncomingHttpHeaders): string {
  const text = header(headers, 'authorization');
  if (!text) {
    const message = 'Required Header authorization is missing. Ensure a valid Authorization token is passed.';
    throw unauthorized(message, 5000);
  }
  const match = /^type=(\w+)&ver=[^&]+&sig=([^,]+)/.exec(decode(text));
  if (!match || text.length > HEADER_MAX) throw unauthorized('The authorization header is malformed.', 5001);
  if (match[1] !== 'master') throw unauthorized(`Authorization of type "${match[1]}" is not supported here.`);
  return match[2] as string;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unauthorized('The authorization header is malformed.', 5001);
  }
}

function refuseSkew(date: string, now: number): void {
  const time = Date.parse(date);
  if (!(Math.abs(time - now) <= SKEW_MS)) throw tokenExpired(now, date);
}

/** The refusal of a signature that is not of this time; of one that is just too old unless a date is given. */
export function tokenExpired(now: number, date = new Date(now - 2 * SKEW_MS).toUTCString()): Refusal {
  const time = Date.parse(date);
  const [start, end] = [time, time + SKEW_MS].map((ms) => (Number.isNaN(ms) ? date : new Date(ms).toUTCString()));
  const message = `The authorization token is not valid at the current time. Please create another token and retry (token start time: ${start}, token expiry time: ${end}, current server time: ${new Date(now).toUTCString()}).`;
  return new Refusal(STATUS.forbidden, message, { plain: true });
}

const TYPES: Readonly<Record<Address['resource'], string>> = {
  account: '',
  dbs: 'dbs',
  db: 'dbs',
  colls: 'colls',
  coll: 'colls',
  pkranges: 'pkranges',
  docs: 'docs',
  doc: 'docs',
  partition: 'colls',
  feature: '',
  offers: 'offers',
  offer: 'offers',
};

/** The link that is signed: of names with their case; of resource ids the last one alone, in lower case. */
function linksOf({ resource, database, container, id, feature }: Address): string[] {
  if (feature) return featureLinks(feature, id);
  if (resource === 'account' || resource === 'dbs' || resource === 'offers') return [''];
  if (resource === 'offer') return [id.toLowerCase()];
  if (resource === 'db' || resource === 'colls') return [`dbs/${database}`, database.toLowerCase()];
  const owner = `dbs/${database}/colls/${container}`;
  return resource === 'doc' ? [`${owner}/docs/${id}`, id.toLowerCase()] : [owner, container.toLowerCase()];
}

function featureLinks({ kind, owner }: Feature, id: string): string[] {
  const leaf = id === '' ? owner.slice(owner.lastIndexOf('/') + 1) : id;
  return [id === '' ? owner : `${owner}/${kind}/${id}`, leaf.toLowerCase()];
}

/** The time it takes tells nothing about the right signature but its length, which everybody knows. */
function isSigned(payload: string, key: string, signature: string): boolean {
  const [expected, given] = [digest(payload, key), Buffer.from(signature, 'base64')];
  return given.length === expected.length && timingSafeEqual(expected, given);
}

function digest(payload: string, key: string): Buffer {
  return createHmac('sha256', secretOf(key)).update(payload).digest();
}

/** Of the key that was used last: to make one for each request would cost more than the signature. */
function secretOf(key: string): KeyObject {
  if (last?.key !== key) last = { key, secret: createSecretKey(key, 'base64') };
  return last.secret;
}

let last: { readonly key: string; readonly secret: KeyObject } | undefined;

function unauthorized(message: string, substatus = 0): Refusal {
  return new Refusal(STATUS.unauthorized, message, { substatus, plain: true });
}
