import { readFileSync, writeFileSync } from 'node:fs';
import { buildProgram } from '../src/cli/program.ts';
import { COMMANDS } from '../src/commands/index.ts';

// Writes the help of every command into README between two markers; with --check only says whether it is there.

const README = new URL('../README.md', import.meta.url);
const [BEGIN, END] = ['<!-- help: begin -->', '<!-- help: end -->'];

const before = readFileSync(README, 'utf8');
const after = `${before.slice(0, before.indexOf(BEGIN) + BEGIN.length)}\n${helpOfAll()}\n${before.slice(before.indexOf(END))}`;
if (!before.includes(BEGIN) || !before.includes(END)) throw new Error(`README.md has no ${BEGIN} … ${END}`);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md does not hold the help as it is now; run npm run format');
    process.exitCode = 1;
  }
} else if (after !== before) writeFileSync(README, after);

function helpOfAll(): string {
  const program = buildProgram(COMMANDS, () => {});
  return program.commands
    .map((command) => `\n### ${command.name()}\n\n\`\`\`text\n${textOf(command)}\n\`\`\`\n`)
    .join('');
}

function textOf(command: ReturnType<typeof buildProgram>): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text.trimEnd();
}
