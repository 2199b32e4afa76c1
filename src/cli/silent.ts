import type { EdgeTalk } from './edge-talk.ts';

/** Says nothing but failures, in the way of `talk`. */
export function silent(talk: EdgeTalk): EdgeTalk {
  return {
    of: (name) => silent({ ...talk, ...talk.of(name) }),
    note: () => {},
    waiting: (_text, work) => work(),
    progress: () => ({ stop: () => {} }),
    summary: () => {},
    failure: (failure) => talk.failure(failure),
  };
}
