import { propertyNames } from '../protocol/partition-key.ts';

/** Whether a definition may name a property so, such as `/tenant` or `/address/"zip code"`. */
export function isPropertyPath(path: unknown): path is string {
  if (typeof path !== 'string') return false;
  try {
    const names = propertyNames(path);
    return names.length > 0 && !names.includes('');
  } catch {
    return false;
  }
}
