import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { baton, folderWith } from './baton.ts';

const TRACE = 'name,arrives,runs,cpu,mem\na,0s,10s,1,1Gi\nb,1s,10s,2,1Gi\nc,2s,10s,2,1Gi\n';
const CLUSTER = ['--cluster', '2 x 2cpu 4Gi'];
const LOOK = 20_000;

/** Compares first-fit on a trace with this content. */
function onTrace(content: string | Uint8Array, name = 'trace.csv') {
  const folder = folderWith({ [name]: content });
  return baton(folder, 'compare', ...CLUSTER, '--workload', name, '--policies', 'first-fit', '--no-report');
}

test.each<[string, string | Uint8Array, string, RegExp]>([
  ['an empty file', '', 'trace.csv', /^trace\.csv: .*empty/],
  ['a missing column', 'name,arrives,runs,cpu\na,0s,10s,1\n', 'trace.csv', /^trace\.csv.*mem/],
  ['a negative duration', TRACE.replace('c,2s,10s', 'c,2s,-10s'), 'trace.csv', /^trace\.csv:4: .*-10s.*negative/],
  ['NaN', TRACE.replace('c,2s,10s', 'c,2s,NaN'), 'trace.csv', /^trace\.csv:4: .*NaN/],
  [
    'a number beyond 2^53',
    TRACE.replace('c,2s,10s,2,1Gi', 'c,2s,10s,2,99999999999999999999'),
    'trace.csv',
    /^trace\.csv:4: .*2\^53/,
  ],
  [
    'a truncated gz',
    gzipSync(TRACE).subarray(0, 40),
    'trace.csv.gz',
    /^trace\.csv\.gz.*(truncated|cut|ends|incomplete)/,
  ],
])(
  '%s: one sentence and exit code 2',
  (_, content, name, sentence) => {
    const { code, sentences, stdout } = onTrace(content, name);
    expect(sentences).toEqual([expect.stringMatching(sentence)]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  },
  LOOK,
);

test(
  'CRLF, BOM and quoted fields are simply read',
  () => {
    const quoted = `\uFEFF${TRACE.replace('a,0s', '"a",0s').replaceAll('\n', '\r\n')}`;
    const [plain, odd] = [TRACE, quoted].map((text) => {
      const folder = folderWith({ 'trace.csv': text });
      return JSON.parse(baton(folder, 'run', ...CLUSTER, '--workload', 'trace.csv', '--json').stdout) as {
        fingerprint: string;
      };
    });
    expect(odd.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(odd.fingerprint).toBe(plain.fingerprint);
  },
  LOOK,
);

test.each([
  ['--workload', 'trace'],
  ['--nodes', 'machine list'],
  ['--experiment', 'experiment'],
  ['--policy', 'policy'],
])(
  'a directory instead of a file, or nothing at all: %s',
  (flag, what) => {
    const folder = folderWith({ 'trace.csv': TRACE });
    mkdirSync(join(folder, 'folder'));
    const rest = [
      ...(flag === '--nodes' ? [] : CLUSTER),
      ...(flag === '--workload' ? [] : ['--workload', 'trace.csv']),
      ...(flag === '--policy' ? [] : ['--policies', 'first-fit']),
    ];
    const directory = baton(folder, 'compare', ...rest, flag, 'folder');
    expect(directory.sentences).toEqual([
      `folder: this is a directory, and ${article(what)} must be a file; name a file in it`,
    ]);
    expect(directory.code).toBe(2);
    const nothing = baton(folder, 'compare', ...rest, flag, './gone.ts');
    expect(nothing.sentences).toEqual([`./gone.ts: there is no such file; ${article(what)} is read from here`]);
    expect(nothing.code).toBe(2);
  },
  LOOK,
);

const article = (what: string): string => `${what === 'experiment' ? 'an' : 'a'} ${what}`;

test.each([
  [
    'throws',
    'throws.ts',
    "export default { name: 'p', score(pod: unknown): number { throw new Error('boom') } }",
    /^\.\/throws\.ts: policy "p" threw "boom" in score \(line 1\)/,
  ],
  ['returns a full node', 'full.js', "export default { name: 'p', choose: () => 0 }", /^\.\/full\.js: .*does not fit/],
  ['returns NaN', 'nan.mjs', "export default { name: 'p', score: () => NaN }", /^\.\/nan\.mjs: .*NaN.*number/],
  [
    'loops for ever',
    'loops.js',
    "export default { name: 'p', score: () => { for (;;); } }",
    /^\.\/loops\.js: the policy made no progress for 3 s/,
  ],
  ['loops while it loads', 'top.js', 'for (;;);', /^\.\/top\.js: the policy made no progress for 3 s/],
  [
    'ends the process',
    'exit.js',
    "export default { name: 'p', score: () => process.exit(0) }",
    /^\.\/exit\.js: .*must not exit/,
  ],
  ['cannot be parsed', 'syntax.ts', 'export default {', /^\.\/syntax\.ts: the policy cannot be loaded: "SyntaxError/],
  ['is no policy', 'none.js', 'export default 7', /^\.\/none\.js: its default export must be a policy/],
  [
    'declares what is not so',
    'lies.js',
    "let n = 0; export default { name: 'p', score: () => n++ }",
    /^\.\/lies\.js: .*reads: 'cluster'/,
  ],
])(
  'a policy that %s: one sentence, exit code 2, and the runs of others are kept',
  (_, name, text, sentence) => {
    const folder = folderWith({ 'trace.csv': TRACE, [name]: text });
    const flags = [
      '--workload',
      'trace.csv',
      '--policies',
      'first-fit',
      '--policy',
      `./${name}`,
      '--seeds',
      '1,2',
      '--timeout',
      '3',
    ];
    const { code, sentences, stdout } = baton(folder, 'compare', ...CLUSTER, ...flags, '--out', 'out');
    expect(sentences).toEqual([expect.stringMatching(sentence)]);
    expect(sentences[0]).toContain('2 finished, kept in out');
    expect(code).toBe(2);
    expect(readdirSync(join(folder, 'out', 'runs'))).toHaveLength(2);
    expect(stdout).toContain('Only first-fit was run');
    expect(existsSync(join(folder, 'out', 'report.html'))).toBe(true);
  },
  60_000,
);

test('a policy that loops only after a while is stopped in its run, and is not tried again', () => {
  // Some 20 scores for each of 6000 pods; the trial beforehand asks for far fewer than 60,000.
  const late = `export default () => {
    let asked = 0;
    return { name: 'late', reads: 'cluster', score: () => { if (++asked > 60000) for (;;); return 0; } };
  }`;
  const folder = folderWith({ 'late.js': late });
  const flags = ['--workload', 'preset:borg-2011-like,pods=6000,nodes=20', '--seeds', '1..4', '--timeout', '5'];
  const policies = ['--policies', 'worst-fit', '--policy', './late.js'];
  const { code, sentences } = baton(folder, 'compare', ...flags, ...policies, '--out', 'out', '--no-report');
  expect(sentences).toEqual([
    './late.js: the policy made no progress for 5 s and was stopped; if it is slow rather than endless, allow more with --timeout (4 runs without a result; 4 finished, kept in out)',
  ]);
  expect(code).toBe(2);
  expect(readdirSync(join(folder, 'out', 'runs'))).toHaveLength(4);
}, 90_000);

test(
  'a folder that cannot be written: one sentence and exit code 2',
  () => {
    const folder = folderWith({ 'trace.csv': TRACE, file: '' });
    const flags = ['--workload', 'trace.csv', '--policies', 'first-fit', '--out', 'file'];
    const { code, sentences } = baton(folder, 'compare', ...CLUSTER, ...flags);
    expect(sentences).toEqual([
      expect.stringMatching(/^file.*cannot be written \((ENOTDIR|EEXIST)\); name another folder with --out$/),
    ]);
    expect(code).toBe(2);
  },
  LOOK,
);

test('faults of the command line: one sentence and exit code 2', () => {
  const folder = folderWith({ 'trace.csv': TRACE });
  const fault = (...args: string[]) => {
    const { code, sentences } = baton(folder, ...args);
    expect([code, sentences.length]).toEqual([2, 1]);
    return sentences[0];
  };
  const place = ['compare', ...CLUSTER, '--workload', 'trace.csv'];
  expect(fault(...place)).toContain('no policies are given; write --policies');
  expect(fault('compare', '--workload', 'trace.csv', '--policies', 'first-fit')).toContain('no cluster is given');
  expect(fault(...place, '--policies', 'bestfit')).toContain('did you mean "best-fit"?');
  expect(fault(...place, '--polices', 'best-fit')).toContain('--policies');
  expect(fault(...place, '--policies', 'first-fit', '--seeds', '5..1')).toContain('write "1..5"');
  expect(fault(...place, '--policies', 'first-fit', '--metric', 'meanWait')).toContain('did you mean "meanWaitS"?');
  expect(fault(...place, '--policies', 'first-fit', '--workers', '0')).toContain('--workers');
  expect(fault(...place, '--policies', 'first-fit', '--cluster', '4 x many')).toContain('cluster');
  expect(fault('policies', 'placements')).toContain('did you mean "placement"?');
}, 60_000);
