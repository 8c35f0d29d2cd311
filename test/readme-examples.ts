import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { baton, folderWith } from './cli/baton.ts';

/** A command of the README with the output that it promises; a line `…` in it stands for any lines. */
export interface Example {
  readonly command: string;
  readonly output: string;
}

export const readme = readFileSync('README.md', 'utf8');
export const START = 'npm ci && npm start';
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;

export const examples = [...readme.matchAll(/^```sh\n(.*)\n```\n(?:[^`]|`[^`]+`)*?^```text\n([\s\S]*?)^```/gm)].map(
  ([, command, output]): Example => ({ command, output }),
);

/** Those that speak to a Docker engine: test/docker runs them. */
export const liveExamples = examples.filter(({ command }) => command.includes(' --docker'));

/** What a command prints where the README's own files are: the promised output when that shows it, and its fault if it fails. */
export function printedBy({ command, output }: Example): string {
  const { code, stdout, stderr } = baton(checkout(), ...argumentsOf(command));
  if (code !== 0) return `exit code ${code}: ${stderr}`;
  return shows(output, stdout) ? output : stdout;
}

/** Whether a text is what the README shows, where `…` on a line of its own leaves lines out. */
export function shows(output: string, text: string): boolean {
  const pieces = output.split(/^…\n/m).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('[\\s\\S]*')}$`).test(text);
}

/** A folder that looks like a checkout to `baton`, with the README's own files in it. */
function checkout(): string {
  const files = [...readme.matchAll(/^```ts\n(\/\/ ([\w.-]+):[\s\S]*?)^```/gm)];
  const folder = folderWith(Object.fromEntries(files.map(([, text, name]) => [name, text])));
  for (const name of ['traces', 'scenarios']) symlinkSync(resolve(name), join(folder, name), 'dir');
  return folder;
}

function argumentsOf(command: string): string[] {
  const line = command === START ? scripts['start'].replace('node dist/cli/main.js', 'npx baton') : command;
  return line.split(' ').slice(2);
}
