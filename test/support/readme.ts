import { readFileSync } from 'node:fs';

/** The file of pipelines that README shows. */
export function pipelinesInReadme(): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, text] = /```yaml\n(# pipelines\.yaml\n.*?)```/s.exec(readme) ?? [];
  if (text === undefined) throw new Error('README shows no pipelines.yaml');
  return text;
}
