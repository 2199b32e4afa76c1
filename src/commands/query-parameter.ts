import type { QueryParameter } from '../sources/query.ts';
import { FlowError } from '../support/error.ts';

/** Reads `name=json`; the `@` before the name may be left out. */
export function parseParameter(text: string): QueryParameter {
  const [, name, json = ''] = /^@?([\p{L}_][\p{L}\p{N}_]*)=(.*)$/su.exec(text) ?? [];
  if (name === undefined) throw new FlowError('usage', `"${text}" is not name=json`, { hint: EXAMPLES });
  return { name: `@${name}`, value: valueIn(json) };
}

function valueIn(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const isWord = /^[\p{L}_][^"'[\]{}]*$/u.test(json);
    const hint = isWord ? `a text has quotes of its own: '"${json}"'` : EXAMPLES;
    throw new FlowError('usage', `"${json}" is not JSON`, { hint, cause });
  }
}

const EXAMPLES = `for example --param min=100 --param 'status="open"' --param 'ids=["a","b"]'`;
