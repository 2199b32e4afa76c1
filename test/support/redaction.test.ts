import { expect, test } from 'vitest';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { redact } from '../../src/support/redaction.ts';

const SHORT = 'c2hvcnQga2V5IG9mIGEgdGVzdA==';

test.each([
  ['a master key', `refused ${EMULATOR_KEY} today`, 'refused … today'],
  [
    'a connection string',
    `AccountEndpoint=https://a/;AccountKey=${SHORT};`,
    'AccountEndpoint=https://a/;AccountKey=…;',
  ],
  ['a connection string in lower case', `accountkey=${SHORT}`, 'accountkey=…'],
  ['a signature', `type=master&ver=1.0&sig=${SHORT}`, 'type=master&ver=1.0&sig=…'],
  [
    'an encoded signature',
    `type%3Dmaster%26ver%3D1.0%26sig%3D${encodeURIComponent(SHORT)}`,
    'type%3Dmaster%26ver%3D1.0%26sig%3D…',
  ],
  ['a bearer token', 'authorization: Bearer abc.def.ghi', 'authorization: Bearer …'],
  ['a password in an address', 'https://user:secret@host/db', 'https://…@host/db'],
])('%s does not come out', (_, text, redacted) => {
  expect(redact(text)).toBe(redacted);
});

test('every one of several secrets is taken out', () => {
  expect(redact(`${EMULATOR_KEY} and ${EMULATOR_KEY}`)).toBe('… and …');
});

test.each(['db/container', 'https://name.documents.azure.com/', 'a document with id "Bearer"', 'significant=1'])(
  '%s is left alone',
  (text) => {
    expect(redact(text)).toBe(text);
  },
);
