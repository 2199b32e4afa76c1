import { expect, test } from 'vitest';
import { Meter, total } from '../../src/support/meter.ts';

test('requests, units and refusals for want of units are counted', () => {
  const meter = new Meter();
  meter.count(200, 2.5);
  meter.count(429, 0);
  meter.count(503, Number.NaN);
  expect(meter).toMatchObject({ requests: 3, requestCharge: 2.5, throttled: 1 });
});

test('an account that is source and target counts once', () => {
  const [one, other] = [new Meter(), new Meter()];
  one.count(200, 2);
  other.count(429, 3);
  expect(total([one, other, one])).toMatchObject({ requests: 2, requestCharge: 5, throttled: 1 });
});
