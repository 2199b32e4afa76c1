import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { STATUS } from '../protocol/status.ts';
import { FlowError } from '../support/error.ts';
import type { Control } from './control.ts';
import { isObject, parseJson } from './json-body.ts';
import { badRequest, notFound, Refusal } from './refusal.ts';
import { json, type Reply } from './reply.ts';
import { header } from './request.ts';
import type { Container } from './store/container.ts';

interface AdminRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The control of the server over HTTP, for whoever has the token. */
export class Admin {
  readonly #control: Control;
  readonly #token: string;

  constructor(control: Control, token: string) {
    this.#control = control;
    this.#token = token;
  }

  /** Whether a request is for it, and not for the database. */
  owns(url: string): boolean {
    return /^\/_cosmosflow(?:[/?]|$)/.test(url);
  }

  /** Throws 401 unless the request bears the token. */
  authorize({ headers }: Pick<AdminRequest, 'headers'>): void {
    const given = /^Bearer (.+)$/i.exec(header(headers, 'authorization') ?? '')?.[1] ?? '';
    const [one, other] = [given, this.#token].map((text) => createHash('sha256').update(text).digest());
    if (timingSafeEqual(one as Buffer, other as Buffer)) return;
    const message =
      'The admin API needs the token that the server printed when it started: authorization: Bearer TOKEN.';
    throw new Refusal(STATUS.unauthorized, message, { plain: true });
  }

  answer({ method, url, body }: Omit<AdminRequest, 'headers'>): Reply {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const [, name = '', id] = /^\/_cosmosflow\/?([a-z]*)\/?(\d+)?$/.exec(pathname) ?? [];
    const act = ACTIONS[`${method} ${name}${id === undefined ? '' : '/id'}`];
    if (!act) throw isKnown(name) ? new Refusal(METHOD_NOT_ALLOWED, `${method} is not possible here.`) : notFound();
    try {
      return act(this.#control, { body: body.length === 0 ? {} : parseJson(body), id: Number(id), searchParams });
    } catch (error) {
      if (!(error instanceof FlowError)) throw error;
      throw badRequest(`${error.message}: ${error.hint}`);
    }
  }
}

interface Input {
  readonly body: unknown;
  readonly id: number;
  readonly searchParams: URLSearchParams;
}

const METHOD_NOT_ALLOWED = 405;
const NO_CONTENT: Reply = { status: STATUS.noContent, headers: {} };

const ACTIONS: Readonly<Record<string, (control: Control, input: Input) => Reply>> = {
  'GET ': () =>
    json(STATUS.ok, { actions: Object.keys(ACTIONS).map((action) => action.replace(' ', ' /_cosmosflow/')) }),
  'GET faults': ({ faults }) => json(STATUS.ok, { faults: faults.list() }),
  'POST faults': ({ faults }, { body }) => json(STATUS.created, { ids: faults.add(...[body].flat()) }),
  'DELETE faults': ({ faults }) => {
    faults.clear();
    return NO_CONTENT;
  },
  'DELETE faults/id': ({ faults }, { id }) => {
    if (!faults.remove(id)) throw notFound();
    return NO_CONTENT;
  },
  'POST split': (control, { body }) => {
    const { database, container, range } = fields(body, ['database', 'container'], ['range']);
    return json(STATUS.ok, viewOf(control.split(database as string, container as string, range)));
  },
  'POST merge': (control, { body }) => {
    const { ranges, ...rest } = isObject(body) ? body : {};
    const { database, container } = fields(rest, ['database', 'container']);
    const isList = Array.isArray(ranges) && ranges.every((id) => typeof id === 'string');
    if (ranges !== undefined && !isList) throw badRequest('The ranges must be a list of their ids.');
    return json(STATUS.ok, viewOf(control.merge(database as string, container as string, ranges)));
  },
  'POST suspend': (control, { body }) => {
    const { database, container, range } = fields(body, ['database', 'container', 'range']);
    control.suspend(database as string, container as string, range as string);
    return NO_CONTENT;
  },
  'POST resume': (control, { body }) => {
    const { database, container, range } = fields(body, ['database', 'container', 'range']);
    control.resume(database as string, container as string, range as string);
    return NO_CONTENT;
  },
  'POST recreate': (control, { body }) => {
    const { database, container } = fields(body, ['database', 'container']);
    return json(STATUS.created, viewOf(control.recreate(database as string, container as string)));
  },
  'GET clock': ({ store }) => json(STATUS.ok, { now: new Date(store.clock.now()), skewMs: store.clock.skewMs }),
  'POST clock': ({ store }, { body }) => {
    const skewMs = isObject(body) ? body.skewMs : undefined;
    if (!Number.isSafeInteger(skewMs)) throw badRequest('The body must be {"skewMs": a whole number}.');
    store.clock.skewMs = skewMs as number;
    return json(STATUS.ok, { now: new Date(store.clock.now()), skewMs });
  },
  'GET journal': ({ journal }, { searchParams }) => {
    const after = Number(searchParams.get('after') ?? 0);
    if (!Number.isSafeInteger(after) || after < 0) throw badRequest('after must be the sequence number of an entry.');
    return json(STATUS.ok, { entries: journal.after(after) });
  },
  'POST reset': (control, { body }) => {
    control.reset({ data: isObject(body) && body.data === true });
    return NO_CONTENT;
  },
};

function isKnown(name: string): boolean {
  return Object.keys(ACTIONS).some((action) => action.replace('/id', '').endsWith(` ${name}`));
}

/** The members of a body, all of them strings. */
function fields(
  body: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, string | undefined>> {
  const isText = (name: string): boolean => isObject(body) && typeof body[name] === 'string';
  const names = isObject(body) ? Object.keys(body) : [];
  const isComplete =
    required.every(isText) && names.every((name) => [...required, ...optional].includes(name) && isText(name));
  if (isObject(body) && isComplete) return body as Record<string, string>;
  throw badRequest(
    `The body must be a JSON object of strings: ${[...required, ...optional.map((name) => `${name} if need be`)].join(', ')}.`,
  );
}

function viewOf({ rid, ranges }: Container): unknown {
  return { rid, ranges: ranges.map(({ id, min, max, parents }) => ({ id: String(id), min, max, parents })) };
}
