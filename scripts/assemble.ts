import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

// Assembles the JSON scanner, and writes the bytes down as text: TypeScript that the build compiles like any other.

const SUPPORT = new URL('../src/support/', import.meta.url);

const { parseWat } = await wabt();
const module = parseWat('json-scanner.wat', readFileSync(new URL('json-scanner.wat', SUPPORT), 'latin1'));
module.validate();
const lines =
  Buffer.from(module.toBinary({}).buffer)
    .toString('base64')
    .match(/.{1,100}/g) ?? [];
writeFileSync(
  new URL('json-scanner-code.ts', SUPPORT),
  `// Made of json-scanner.wat by \`npm run assemble\`.

/** A WebAssembly module that uses fixed-width SIMD, in base64. */
export const JSON_SCANNER_CODE = [
${lines.map((line) => `  '${line}',\n`).join('')}].join('');
`,
);
