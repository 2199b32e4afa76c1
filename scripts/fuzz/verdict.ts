import type { Answer } from './answer.ts';
import type { Message, Outcome } from './lane.ts';

/** What is wrong with what came of a message; nothing if it is as it should be. */
export function verdictOn({ methods, isWhole }: Message, { answers, end }: Outcome): string | undefined {
  if (end === 'late') return 'never answered';
  if (end === 'nonsense') return 'the answer is not HTTP';
  for (const [index, answer] of answers.entries()) {
    const wrong = wrongWith(answer, methods[index] ?? 'GET');
    if (wrong !== undefined) return wrong;
  }
  const isOver = answers.at(-1)?.headers.get('connection') === 'close';
  if (isWhole && answers.length < methods.length && !isOver && !methods.includes('CONNECT')) return 'not answered';
  return undefined;
}

function wrongWith({ status, headers, body }: Answer, method: string): string | undefined {
  if (method === 'HEAD') return status >= 500 && status !== 501 ? `status ${status}` : undefined;
  const value = body.length === 0 ? undefined : parsed(body);
  if (value === NOT_JSON) return `${status} with a body that is not JSON`;
  if (status < 400) return undefined;
  const { code, message } = (value ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || typeof message !== 'string') return `${status} without code and message`;
  if (status === 500) return `500: ${message}`;
  return headers.has('content-type') ? undefined : `${status} without a content-type`;
}

const NOT_JSON = Symbol('not JSON');

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return NOT_JSON;
  }
}
