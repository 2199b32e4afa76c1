import type { Edit } from './patch.ts';
import { findNode, replaceValue } from './patch-node.ts';
import { formatPath } from './patch-path.ts';
import { badRequest, Refusal } from './refusal.ts';

/** The text of a document after all edits, one after the other. What they are not about stays byte for byte. */
export function editText(text: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((edited, edit, index) => {
    try {
      return EDITS[edit.kind](edited, edit.path, edit);
    } catch (error) {
      throw error instanceof Refusal ? badRequest(`For Operation(${index + 1}): ${error.message}`) : error;
    }
  }, text);
}

const EDITS: Readonly<Record<Edit['kind'], (text: Buffer, path: readonly string[], edit: Edit) => Buffer>> = {
  add: (text, path, { value }) => add(text, path, value as Buffer),
  set: (text, path, { value }) => {
    const node = findNode(text, path);
    return node.value ? replaceValue(text, node.value, value as Buffer) : node.insert(value as Buffer);
  },
  replace: (text, path, { value }) => {
    const node = findNode(text, path);
    if (!node.value) throw badRequest(`Node(${formatPath(path)}) to be replaced is absent.`);
    return replaceValue(text, node.value, value as Buffer);
  },
  remove: (text, path) => remove(text, path),
  incr: (text, path, { value }) => {
    const node = findNode(text, path);
    if (!node.value) return node.insert(value as Buffer);
    const { start, end } = node.value;
    const number = text.toString('latin1', start, end);
    if (!/^[-\d]/.test(number)) throw badRequest(`Node(${formatPath(path)}) is not a number.`);
    return replaceValue(text, node.value, Buffer.from(sum(number, (value as Buffer).toString('latin1'))));
  },
  move: (text, path, { from = [] }) => {
    const { value } = findNode(text, from);
    if (!value) throw absent(from);
    if (formatPath(from) === formatPath(path)) return text;
    const moved = text.subarray(value.start, value.end);
    return add(remove(text, from), path, moved);
  },
};

/** Elements of an array move up, a member of an object is replaced. */
function add(text: Buffer, path: readonly string[], value: Buffer): Buffer {
  const node = findNode(text, path);
  return node.value && !node.isElement ? replaceValue(text, node.value, value) : node.insert(value);
}

function remove(text: Buffer, path: readonly string[]): Buffer {
  const node = findNode(text, path);
  if (!node.value) throw absent(path);
  return node.remove();
}

function absent(path: readonly string[]): Error {
  const note = 'Note: it might also have been removed earlier in the transaction.';
  return badRequest(`Node(${formatPath(path)}) to be removed is absent. ${note}`);
}

const INTEGER = /^-?\d+$/;
const INTEGER_MAX = 2n ** 63n - 1n;

/** Whole numbers are added exactly as far as 64 bits go, all others as doubles. */
function sum(left: string, right: string): string {
  if (INTEGER.test(left) && INTEGER.test(right)) {
    const exact = BigInt(left) + BigInt(right);
    if (exact <= INTEGER_MAX && exact >= -INTEGER_MAX - 1n) return String(exact);
  }
  const rounded = Number(left) + Number(right);
  if (Number.isFinite(rounded)) return JSON.stringify(rounded);
  throw badRequest('The result of the increment is too large for a number.');
}
