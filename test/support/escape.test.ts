import { expect, test } from 'vitest';
import { escapeControls } from '../../src/support/escape.ts';

test.each([
  ['clears the screen', '\u001b[2J', '\\u{1b}[2J'],
  ['goes back to the start of the line', 'done\rfailed', 'done\\u{d}failed'],
  ['goes back a character', 'a\bb', 'a\\u{8}b'],
  ['rings the bell', '\u0007', '\\u{7}'],
  ['starts a control sequence in one byte', '\u009b31m', '\\u{9b}31m'],
  ['deletes', '\u007f', '\\u{7f}'],
  ['jumps to a tab stop', 'a\tb', 'a\\u{9}b'],
  ['turns the writing direction', '\u202egpj.exe', '\\u{202e}gpj.exe'],
  ['isolates a direction', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['separates lines', 'a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
])('what %s is made visible', (_, text, visible) => {
  expect(escapeControls(text)).toBe(visible);
});

test('line feeds and letters of any script stay as they are', () => {
  const text = 'größe 緑茶 😀 שלום\nsecond line';
  expect(escapeControls(text)).toBe(text);
});
