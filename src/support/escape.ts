/**
 * The text with control characters made visible, so that a name or a message from elsewhere cannot move the cursor,
 * hide text or fake a line. Line feeds stay.
 */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for lines of JSON, which mean what they meant: what is escaped can only be inside of strings. */
export function escapeInJson(text: string): string {
  return text.replace(CONTROLS, (character) =>
    character === '\t' ? character : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** C0 without line feed, DEL, C1, line and paragraph separators, and the controls of writing direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
