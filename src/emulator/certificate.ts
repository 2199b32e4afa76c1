import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** PEM of the private key. */
  readonly key: string;
  /** PEM of the certificate, which is its own authority. */
  readonly cert: string;
}

/** A certificate for this machine's loopback names, good for so many days. */
export function selfSigned(days = 1): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tbs = toBeSigned(publicKey, days);
  const signature = sign('sha256', tbs, privateKey);
  const der = sequence(tbs, ECDSA_WITH_SHA256, bitString(signature));
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** X.509 version 3 (RFC 5280, section 4.1): the part of a certificate that its signature covers. */
function toBeSigned(publicKey: KeyObject, days: number): Buffer {
  const name = sequence(element(SET, sequence(oid(2, 5, 4, 3), element(UTF8_STRING, Buffer.from('localhost')))));
  const now = Date.now();
  return sequence(
    element(CONTEXT_0, element(INTEGER, Buffer.of(2))),
    element(INTEGER, Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(utcTime(now - HOUR_MS), utcTime(now + days * 24 * HOUR_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(CONTEXT_3, sequence(extension(oid(2, 5, 29, 19), IS_AUTHORITY), extension(oid(2, 5, 29, 17), altNames()))),
  );
}

function altNames(): Buffer {
  const loopback6 = Buffer.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  return sequence(
    element(DNS_NAME, Buffer.from('localhost')),
    element(IP_ADDRESS, Buffer.of(127, 0, 0, 1)),
    element(IP_ADDRESS, loopback6),
  );
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, element(OCTET_STRING, value));
}

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SET = 0x31;
const CONTEXT_0 = 0xa0;
const CONTEXT_3 = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const HOUR_MS = 3_600_000;
const ECDSA_WITH_SHA256 = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
const IS_AUTHORITY = sequence(element(0x01, Buffer.of(0xff)));

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

function bitString(bytes: Buffer): Buffer {
  return element(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return element(UTC_TIME, Buffer.from(`${digits}Z`));
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  return element(OID, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  return value < 0x80 ? [value] : [...base128(value >> 7).map((byte) => byte | 0x80), value & 0x7f];
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}
