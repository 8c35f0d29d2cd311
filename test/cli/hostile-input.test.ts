import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baton, folderWith } from './baton.ts';

const TRACE = 'name,arrives,runs,cpu,mem\na,0s,10s,1,1Gi\nb,1s,10s,2,1Gi\nc,2s,10s,2,1Gi\n';
const PLACE = ['--cluster', '2 x 2cpu 4Gi', '--workload', 'trace.csv'];
const COMPARE = ['compare', ...PLACE, '--policies', 'first-fit', '--no-report'];
const LOOK = 30_000;

/** The one sentence with which the command ends. */
function fault(folder: string, ...args: string[]): string {
  const { code, sentences, stderr } = baton(folder, ...args);
  expect([code, sentences.length], stderr).toEqual([2, 1]);
  expect(stderr).not.toMatch(/\n {4}at /);
  return sentences[0];
}

test(
  'a pipe or a device is refused before it is opened, since it may never end',
  () => {
    const folder = folderWith({ 'trace.csv': TRACE });
    execFileSync('mkfifo', [join(folder, 'pipe'), join(folder, 'pipe.js')]);
    const sentence = /^\S+: this is a pipe or a device, and an? [a-z ]+ is read several times; save it to a file/;
    expect(
      fault(folder, 'compare', '--cluster', '1 x 1cpu 1Gi', '--workload', 'pipe', '--policies', 'first-fit'),
    ).toMatch(sentence);
    expect(fault(folder, ...COMPARE, '--nodes', '/dev/zero')).toMatch(sentence);
    expect(fault(folder, ...COMPARE, '--experiment', 'pipe')).toMatch(sentence);
    expect(fault(folder, ...COMPARE, '--policy', './pipe.js')).toMatch(sentence);
    expect(fault(folder, 'trace', 'inspect', 'pipe')).toMatch(sentence);
    expect(fault(folder, 'run', ...PLACE, '--journal', 'pipe')).toBe(
      'pipe: the journal cannot be written (it is a pipe that nobody reads); name another file',
    );
  },
  LOOK,
);

test(
  'paths that lead nowhere: one sentence each, without their control characters',
  () => {
    const folder = folderWith({ 'trace.csv': TRACE });
    symlinkSync('loop', join(folder, 'loop'));
    expect(fault(folder, 'trace', 'inspect', 'loop')).toContain('its links lead in a circle');
    expect(fault(folder, 'trace', 'inspect', 'x'.repeat(5000))).toContain('cannot be read (ENAMETOOLONG)');
    expect(fault(folder, 'trace', 'inspect', 'a\n\u001b[31mb')).toMatch(/^a\uFFFD\[31mb: there is no such file/);
    expect(fault(folder, ...COMPARE, '--out', 'loop')).toContain('cannot be written (ELOOP)');
    expect(fault(folder, ...COMPARE, '--out', 'x'.repeat(5000))).toContain('cannot be written (ENAMETOOLONG)');
    expect(fault(folder, ...COMPARE, '--out', '')).toContain('write the name of a folder');
  },
  LOOK,
);

test(
  'a current folder that somebody has removed: one sentence and exit code 2',
  () => {
    const folder = folderWith({ 'gone/x': '' });
    const main = JSON.stringify(join(process.cwd(), 'dist/cli/main.js'));
    const shell = `cd gone && rm -r ../gone && "${process.execPath}" ${main} policies 2>&1; echo $?`;
    expect(execFileSync('sh', ['-c', shell], { cwd: folder, encoding: 'utf8' })).toBe(
      'baton: the current folder is no longer there; change into one that is\n2\n',
    );
  },
  LOOK,
);

test.runIf(existsSync('/dev/full'))(
  'a full disk: one sentence, for journals and for stdout',
  () => {
    const folder = folderWith({ 'trace.csv': TRACE });
    expect(fault(folder, 'run', ...PLACE, '--journal', '/dev/full')).toContain('cannot be written (ENOSPC)');
    const main = JSON.stringify(join(process.cwd(), 'dist/cli/main.js'));
    const shell = `"${process.execPath}" ${main} policies 2>&1 >/dev/full; echo $?`;
    expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' })).toBe(
      'baton: the output cannot be written (ENOSPC); write it elsewhere\n2\n',
    );
  },
  LOOK,
);

test(
  'a journal is never written over what the run reads',
  () => {
    const folder = folderWith({ 'trace.csv': TRACE });
    symlinkSync('trace.csv', join(folder, 'alias'));
    expect(fault(folder, 'run', ...PLACE, '--journal', './alias')).toContain('would be written over this input');
    expect(readFileSync(join(folder, 'trace.csv'), 'utf8')).toBe(TRACE);
  },
  LOOK,
);

const EXPERIMENT = 'clusters: 2 x 2cpu 4Gi\nworkloads: { file: trace.csv, transforms: [T] }\npolicies: first-fit\n';
const NINE = Array.from({ length: 9 }, () => 'x').join();

test.each<[string, string | Uint8Array, RegExp]>([
  [
    'aliases that multiply',
    Array.from(
      { length: 10 },
      (_, k) => `a${k}: &a${k} [${k === 0 ? NINE : NINE.replaceAll('x', `*a${k - 1}`)}]\n`,
    ).join(''),
    /aliases .* stand for themselves or for far too much/,
  ],
  ['an alias of itself', 'clusters: &c [*c]\n', /aliases .* stand for themselves/],
  ['UTF-16', Buffer.from(EXPERIMENT, 'utf16le'), /this is not UTF-8 text, and an experiment must be/],
  [
    'lists that multiply',
    EXPERIMENT.replace(
      '[T]',
      JSON.stringify(
        ['limit', 'scale-arrivals', 'repeat'].map((step) => Array.from({ length: 200 }, (_, k) => `${step}=${k + 1}`)),
      ),
    ),
    /more than 1000000 runs, since every list multiplies them; shorten a list/,
  ],
])(
  'an experiment file with %s: one sentence and exit code 2',
  (_, content, sentence) => {
    const folder = folderWith({ 'trace.csv': TRACE, 'e.yaml': content });
    expect(fault(folder, 'compare', '--experiment', 'e.yaml')).toMatch(sentence);
  },
  LOOK,
);

const POLICY = "export default { name: 'p', score: (pod, node) => -node.cpuFreeMilli };\n";

test.each<[string, string, RegExp]>([
  [
    'throws what is no text',
    'throw Object.create(null)',
    /the policy cannot be loaded: something that cannot be shown/,
  ],
  [
    'throws what is no text, later',
    "export default { name: 'p', score: () => { throw Object.create(null) } }",
    /policy "p" threw something that cannot be shown in score/,
  ],
  [
    'throws undefined in a timer',
    `setTimeout(() => { throw undefined }, 0);\n${POLICY}`,
    /the policy broke its worker: "undefined"/,
  ],
  [
    'throws when it is looked at',
    "export default { name: 'p', get score() { throw new Error('g') } }",
    /looking at the policy threw "g"/,
  ],
  [
    'makes columns of no function',
    "export default { name: 'p', score: () => 1, columns: () => 5 }",
    /answered 5 in columns; it must be a function/,
  ],
  [
    'scores with an object without a text',
    "export default { name: 'p', score: () => Object.create(null) }",
    /scored node "[^"]+" with an object; a score must be a number/,
  ],
])(
  'a policy that %s: one sentence, exit code 2, and the runs of others are kept',
  (_, text, sentence) => {
    const folder = folderWith({ 'trace.csv': TRACE, 'p.js': text });
    expect(fault(folder, ...COMPARE, '--policy', './p.js', '--out', 'out')).toMatch(sentence);
    expect(readdirSync(join(folder, 'out', 'runs'))).toHaveLength(1);
  },
  LOOK,
);

test(
  'a policy that writes into the cluster after a while is told of it, and no bug is reported',
  () => {
    const late = `let asked = 0;
      export default { name: 'p', choose: (pod, nodes) => {
        if (++asked > 6000) nodes.cluster.cpuFreeMilli.fill(1e12);
        return nodes.firstFittingFrom(0);
      } };`;
    const folder = folderWith({ 'late.js': late });
    const flags = ['--workload', 'preset:borg-2011-like,pods=8000,nodes=20', '--seed', '1', '--policy', './late.js'];
    expect(fault(folder, 'run', ...flags)).toMatch(
      /^\.\/late\.js: under this policy the books of the cluster do not add up; a policy may only read it: \S/,
    );
  },
  LOOK,
);

test.each(['mine.js', 'mine.ts'])(
  '%s is a module also where a package.json says CommonJS, and imports in its comments are none',
  (name) => {
    const folder = folderWith({
      'trace.csv': TRACE,
      'package.json': '{ "type": "commonjs" }',
      [name]: `// as in: import x from './gone.js'\n${POLICY}`,
    });
    const { code, stderr } = baton(folder, ...COMPARE, '--policy', `./${name}`);
    expect([code, stderr.replace(/^\d+\/\d+ .*\n/gm, '')]).toEqual([0, '']);
  },
  LOOK,
);

test(
  'a kept result that was changed is not believed: its run is done again',
  () => {
    const folder = folderWith({ 'trace.csv': TRACE });
    const resume = () => baton(folder, ...COMPARE, '--json', '--out', 'out', '--resume');
    const before = resume().stdout;
    for (const kind of ['runs', 'surveys']) {
      const file = join(folder, 'out', kind, readdirSync(join(folder, 'out', kind))[0]);
      const stored = JSON.parse(readFileSync(file, 'utf8')) as { data: object };
      writeFileSync(file, JSON.stringify({ ...stored, data: { status: 'finished', result: {} } }));
    }
    const { code, stdout, stderr } = resume();
    expect([code, stderr.replace(/^\d+\/\d+ .*\n/gm, '')]).toEqual([0, '']);
    const runs = (text: string): unknown =>
      (JSON.parse(text) as { runs: { fingerprint: string }[] }).runs.map((run) => run.fingerprint);
    expect(runs(stdout)).toEqual(runs(before));
  },
  LOOK,
);
