import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse-experiment.ts';
import { baton, folderWith } from './baton.ts';

const LONG = 60_000;
const COMMANDS = [
  'compare',
  'run',
  'explain',
  'policies',
  'init',
  'schema',
  'completion',
  'reproduce fgd',
  'reproduce easy',
  'trace inspect',
  'trace convert',
  'trace generate',
];

test(
  'every command has help with examples, and the whole says its exit codes',
  () => {
    const folder = folderWith({});
    for (const command of COMMANDS) {
      const { code, stdout } = baton(folder, ...command.split(' '), '--help');
      expect([code, stdout], command).toEqual([0, expect.stringContaining('Examples:')]);
    }
    const { stdout } = baton(folder, '--help');
    for (const code of ['0 ', '1 ', '2 ', '70 ', '130 ']) expect(stdout).toMatch(new RegExp(`^  ${code}`, 'm'));
  },
  LONG,
);

test(
  'policies lists each with a line and a source, also as JSON',
  () => {
    const folder = folderWith({});
    const listed = JSON.parse(baton(folder, 'policies', '--json').stdout) as Record<string, string>[];
    expect(new Set(listed.map((one) => one['kind']))).toEqual(
      new Set([
        'placement',
        'queue',
        'backfill',
        'balancing',
        'scaling',
        'vertical',
        'nodes',
        'overcommit',
        'deployment',
        'detection',
      ]),
    );
    for (const one of listed)
      expect([one['name'], one['summary'], one['source']], one['name']).not.toContain(undefined);
    const { stdout } = baton(folder, 'policies', 'backfill');
    expect(stdout).toMatch(/^ {2}easy +\S/m);
    expect(stdout).not.toMatch(/^ {2}best-fit/m);
    expect(stdout).not.toContain('\u001b');
  },
  LONG,
);

test(
  'init writes an experiment that the schema knows, and replaces none',
  () => {
    const folder = folderWith({});
    expect(baton(folder, 'init').stdout).toBe('experiment.yaml\n');
    const path = join(folder, 'experiment.yaml');
    expect(parseExperiment(readFileSync(path, 'utf8'), path).seeds).toBe('1..10');
    const again = baton(folder, 'init');
    expect([again.code, again.sentences.length]).toEqual([2, 1]);
    // A small version of what it wrote runs as it stands.
    writeFileSync(path, readFileSync(path, 'utf8').replace('pods: 5000', 'pods: 200').replace('1..10\n', '1\n'));
    const { code, stdout } = baton(folder, 'compare', '--experiment', 'experiment.yaml', '--json', '--no-report');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { runs: unknown[] }).runs).toHaveLength(6);
    const schema = JSON.parse(baton(folder, 'schema').stdout) as { properties: object };
    expect(Object.keys(schema.properties)).toContain('policies');
  },
  LONG,
);

test(
  'a synthetic trace is written, read back, converted and looked at',
  () => {
    const folder = folderWith({});
    const made = baton(
      folder,
      'trace',
      'generate',
      'borg-2011-like',
      '--pods',
      '300',
      '--seed',
      '7',
      '--out',
      'a.csv.gz',
      '--nodes-out',
      'n.csv',
      '--option',
      'nodes=10',
    );
    expect(made.code).toBe(0);
    expect(
      gunzipSync(readFileSync(join(folder, 'a.csv.gz')))
        .toString()
        .trimEnd()
        .split('\n').length,
    ).toBe(301);
    expect(baton(folder, 'trace', 'convert', 'a.csv.gz', 'b.ndjson').code).toBe(0);
    const prints = ['a.csv.gz', 'b.ndjson'].map((file) => {
      const { stdout } = baton(folder, 'run', '--nodes', 'n.csv', '--workload', file, '--policy', 'best-fit', '--json');
      return (JSON.parse(stdout) as { fingerprint: string }).fingerprint;
    });
    expect(prints[1]).toBe(prints[0]);
    const { stdout } = baton(folder, 'trace', 'inspect', 'b.ndjson', '--nodes', 'n.csv');
    for (const words of ['pods', 'Gaps between pods', 'Run times', 'Most frequent requests', 'load on CPU', '█'])
      expect(stdout).toContain(words);
    const list = JSON.parse(baton(folder, 'trace', 'generate', '--list', '--json').stdout) as { name: string }[];
    expect(list.map((one) => one.name)).toContain('borg-2011-like');
    const wrong = baton(folder, 'trace', 'generate', 'borg');
    expect([wrong.code, wrong.sentences.length]).toEqual([2, 1]);
  },
  LONG,
);

test(
  'the journal of a run holds every arrival and placement, and the fingerprint is the same with and without it',
  () => {
    const folder = folderWith({
      't.csv': 'name,arrives,runs,cpu,mem\na,0s,10s,1,1Gi\nb,1s,10s,2,1Gi\nc,2s,10s,2,1Gi\n',
    });
    const flags = ['run', '--cluster', '2 x 2cpu 4Gi', '--workload', 't.csv', '--policy', 'best-fit', '--json'];
    const plain = JSON.parse(baton(folder, ...flags).stdout) as { fingerprint: string };
    const kept = JSON.parse(baton(folder, ...flags, '--journal', 'j.ndjson').stdout) as { fingerprint: string };
    expect(kept.fingerprint).toBe(plain.fingerprint);
    const lines = readFileSync(join(folder, 'j.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; name?: string; node?: string });
    // b takes the second node; c fits nowhere until a has left the first one at 10 s.
    expect(lines.map((one) => one.kind)).toEqual([
      'arrive',
      'place',
      'arrive',
      'place',
      'arrive',
      'queue',
      'finish',
      'place',
      'finish',
      'finish',
    ]);
    expect(lines[0]).toMatchObject({ name: 'a' });
    expect(lines[7]).toMatchObject({ timeUs: 10_000_000, pod: 2, node: 'node-0' });
  },
  LONG,
);

test(
  'explain tells every attempt to place a pod, and why no node could host one',
  () => {
    const trace = 'name,arrives,runs,cpu,mem\na,0s,10s,1,1Gi\nb,1s,10s,2,1Gi\nc,2s,10s,2,1Gi\nd,3s,10s,9,1Gi\n';
    const folder = folderWith({ 't.csv': trace });
    const flags = ['explain', '--cluster', '2 x 2cpu 4Gi', '--workload', 't.csv', '--policy', 'best-fit', '--pod'];
    // a holds 1 of 2 cores of node-0 and b all of node-1, so c waits until a ends at 10 s.
    const first = baton(folder, ...flags, 'c', '--attempt', '1').stdout;
    expect(first).toContain('attempt 1 of 2, at 2 s, by best-fit: no node');
    expect(first).toContain('0/2 nodes fit: 2 lack CPU (need 2000m)');
    expect(first).toContain('lacks CPU (1000m of 2000m free, 2000m needed)');
    const told = JSON.parse(baton(folder, ...flags, 'c', '--json').stdout) as {
      attempt: number;
      decision: { chosen: string; nodes: { node: string; score?: number }[] };
    };
    expect([told.attempt, told.decision.chosen]).toEqual([2, 'node-0']);
    // Left on node-0: no CPU and 3 of 4 GiB, so the free shares sum to 0.75.
    expect(told.decision.nodes[0]).toMatchObject({ node: 'node-0', score: -0.75 });
    expect(baton(folder, ...flags, 'd').stdout).toContain('no node could host it even if the cluster were empty');
    const unknown = baton(folder, ...flags, 'e');
    expect([unknown.code, unknown.sentences]).toEqual([2, [expect.stringContaining('there is no pod called "e"')]]);
  },
  LONG,
);

test(
  'bash completes commands and flags',
  () => {
    const folder = folderWith({});
    const script = baton(folder, 'completion', 'bash').stdout;
    const complete = (...words: string[]): string[] => {
      const quoted = words.map((word) => `'${word}'`).join(' ');
      const program = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _baton; echo "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).trim().split(' ');
    };
    expect(complete('baton', 'comp')).toEqual(['compare', 'completion']);
    expect(complete('baton', 'trace', 'ins')).toEqual(['inspect']);
    expect(complete('baton', 'compare', '--see')).toEqual(['--seeds']);
    expect(complete('baton', 'trace', 'generate', 'x', '--nod')).toEqual(['--nodes-out']);
    for (const shell of ['zsh', 'fish']) expect(baton(folder, 'completion', shell).stdout).toContain('compare');
  },
  LONG,
);

test(
  'a reader that goes away is no error',
  () => {
    const main = resolve('dist/cli/main.js');
    const { stderr, stdout } = spawnSync(
      'bash',
      ['-c', `node ${main} trace generate uniform-mix --pods 50000 --out - | head -1`],
      { encoding: 'utf8' },
    );
    expect(stdout).toMatch(/^name,/);
    expect(stderr).not.toMatch(/EPIPE|bug|at /);
  },
  LONG,
);
