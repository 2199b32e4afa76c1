import { createHmac, createSecretKey } from 'node:crypto';
import type { TokenProvider } from '@azure/cosmos';
import { HEADER } from '../protocol/headers.ts';

/**
 * Signs the SDK's requests with a master key. The SDK can do so itself, but makes a key object for each request, which
 * costs more than all else that it does for a batch.
 */
export function masterKeySignature(key: string): TokenProvider {
  // A shared access signature is signed already.
  if (key.startsWith(SHARED_ACCESS)) return async () => key;
  const secret = createSecretKey(key, 'base64');
  return async ({ verb, resourceType, resourceId = '', headers }) => {
    const id = resourceType === OFFERS ? resourceId.toLowerCase() : resourceId;
    const date = String(headers[HEADER.date]).toLowerCase();
    const payload = `${verb.toLowerCase()}\n${resourceType.toLowerCase()}\n${id}\n${date}\n\n`;
    return `type=master&ver=1.0&sig=${createHmac('sha256', secret).update(payload).digest('base64')}`;
  };
}

const SHARED_ACCESS = 'type=sas&';
/** Their ids are signed in lower case, whatever case they are in. */
const OFFERS = 'offers';
