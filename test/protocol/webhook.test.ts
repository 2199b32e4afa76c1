import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sign, verify, WEBHOOK_HEADER, webhookSecrets } from '../../src/protocol/webhook.ts';

/** Of the Standard Webhooks project; its libraries in all languages are tested with it. */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: Buffer.from('{"test": 2432232314}'),
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const NOW = { nowMs: 1_614_265_330_000 };
const secrets = webhookSecrets(VECTOR.secret, 'VECTOR');

describe('a webhook', () => {
  test('has the three headers of Standard Webhooks', () => {
    expect(Object.values(WEBHOOK_HEADER)).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
  });

  test('is signed as other senders of Standard Webhooks sign', () => {
    expect(sign(VECTOR, secrets)).toBe(VECTOR.signature);
  });

  test('with its signature is genuine', () => {
    expect(verify(VECTOR, secrets, NOW)).toBe('genuine');
  });

  test('with any bit changed is forged', () => {
    for (let bit = 0; bit < VECTOR.body.length * 8; bit++) {
      const body = Buffer.from(VECTOR.body);
      body[bit >> 3] = (body[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verify({ ...VECTOR, body }, secrets, NOW)).toBe('forged');
    }
    expect(verify({ ...VECTOR, id: `${VECTOR.id}x` }, secrets, NOW)).toBe('forged');
    expect(verify({ ...VECTOR, timestamp: '1614265331' }, secrets, NOW)).toBe('forged');
    expect(verify({ ...VECTOR, signature: VECTOR.signature.replace('g0', 'g1') }, secrets, NOW)).toBe('forged');
  });

  test('is forged by a secret that is not ours, a version that is not v1, or half a digest', () => {
    const others = [randomBytes(32)];
    expect(verify({ ...VECTOR, signature: sign(VECTOR, others) }, secrets, NOW)).toBe('forged');
    expect(verify({ ...VECTOR, signature: VECTOR.signature.replace('v1', 'v2') }, secrets, NOW)).toBe('forged');
    expect(verify({ ...VECTOR, signature: VECTOR.signature.slice(0, 20) }, secrets, NOW)).toBe('forged');
  });

  test('without an id, a time or a signature is unsigned', () => {
    const { id, timestamp, signature, body } = VECTOR;
    for (const partial of [
      { timestamp, signature, body },
      { id, signature, body },
      { id, timestamp, body },
      { ...VECTOR, timestamp: 'today' },
      { ...VECTOR, timestamp: '-1' },
    ]) {
      expect(verify(partial, secrets, NOW)).toBe('unsigned');
    }
  });

  test('is old after five minutes, and early five minutes before', () => {
    expect(verify(VECTOR, secrets, { nowMs: NOW.nowMs + 300_000 })).toBe('genuine');
    expect(verify(VECTOR, secrets, { nowMs: NOW.nowMs + 300_001 })).toBe('old');
    expect(verify(VECTOR, secrets, { nowMs: NOW.nowMs - 300_000 })).toBe('genuine');
    expect(verify(VECTOR, secrets, { nowMs: NOW.nowMs - 300_001 })).toBe('early');
  });

  test('signed by two secrets is genuine to who knows either', () => {
    const both = webhookSecrets(`${VECTOR.secret} whsec_${randomBytes(64).toString('base64')}`, 'BOTH');
    const signature = sign(VECTOR, both);
    expect(signature.split(' ')).toHaveLength(2);
    for (const secret of both) expect(verify({ ...VECTOR, signature }, [secret], NOW)).toBe('genuine');
  });
});

test('a secret may go without its prefix', () => {
  expect(webhookSecrets(VECTOR.secret.slice('whsec_'.length), 'BARE')).toEqual(secrets);
});

test('a secret that is empty, too short, too long or not base64 is refused without being told', () => {
  const texts = [
    '',
    '  ',
    `whsec_${'c2VjcmV0'.repeat(2)}`,
    `whsec_${randomBytes(65).toString('base64')}`,
    'whsec_not*base64',
    'whsec_',
  ];
  for (const text of texts) {
    expect(() => webhookSecrets(text, 'WHERE')).toThrow(/^the webhook secret in WHERE cannot be used: it (is|has) /);
    if (text.trim() !== '') expect(() => webhookSecrets(text, 'WHERE')).not.toThrow(text.slice(6) || 'whsec_');
  }
});
