#!/usr/bin/env node
// Syntax that any Node reads and no static imports: this says which Node is needed before anything native loads.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  console.error(`cosmosflow: this is Node ${process.versions.node}, and cosmosflow needs Node 22.19 or newer`);
  console.error('  hint: install a newer Node; in a checkout, npm ci brings one along: npx cosmosflow');
  process.exitCode = 2;
} else {
  start().catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}

async function start() {
  const { existsSync } = await import('node:fs');
  await keepCompiledCode();
  // A checkout runs its sources; the published package holds what was built of them.
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const built = new URL('../dist/cli/main.js', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : built.href);
  await main(process.argv.slice(2));
}

/** Halves the time to start. Not among the temporary files, which is the default: there anybody may lay code for us. */
async function keepCompiledCode() {
  const { existsSync } = await import('node:fs');
  const { enableCompileCache } = await import('node:module');
  const { homedir } = await import('node:os');
  const { join } = await import('node:path');
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const directory = process.env.NODE_COMPILE_CACHE || (existsSync(caches) ? join(caches, 'cosmosflow') : '');
  if (directory) enableCompileCache(directory);
}
