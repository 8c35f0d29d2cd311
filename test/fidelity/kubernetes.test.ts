import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fidelityCommand } from '../../src/experiment/local/fidelity/fidelity-command.ts';
import { traceDir } from '../trace-dir.ts';

/** The real scheduler's decisions lie beside the traces. */
const traces = traceDir();
const real = traces === undefined ? undefined : join(traces, '..', 'reference', 'kube-scheduler');

/** Exit code and output of `npm run fidelity:kubernetes -- …`. */
function fidelity(...args: string[]): { code: number; lines: string[] } {
  const lines: string[] = [];
  return { code: fidelityCommand(args, (line) => lines.push(line)), lines };
}

/** A directory with one file of scenarios. */
function directoryWith(content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'baton-fidelity-'));
  writeFileSync(join(directory, 'family.json'), content);
  return directory;
}

describe.skipIf(real === undefined || !existsSync(real))('the decisions of kube-scheduler v1.36.2', () => {
  test.each(['reference', 'indexed'])('all 5,088 are those of the %s core, refusals to the letter', (core) => {
    const { code, lines } = fidelity('--vectors', real ?? '', '--core', core);
    expect(lines.join('\n')).not.toContain('first difference');
    expect(lines.at(-1)).toMatch(/^all +5088 +5088, no difference$/);
    expect(code).toBe(0);
  });
});

describe('scenarios written from the specification by hand', () => {
  const directory = 'test/fidelity/by-hand';

  test('are decided as they say', () => {
    const { code, lines } = fidelity('--vectors', directory);
    expect(lines.join('\n')).not.toContain('first difference');
    expect(code).toBe(0);
  });

  test('one that says otherwise is a difference', () => {
    const text = readFileSync(join(directory, 'refusals.json'), 'utf8');
    expect(text).toContain('1 Too many pods, 2 Insufficient cpu');
    const { code, lines } = fidelity(
      '--vectors',
      directoryWith(text.replace('2 Insufficient cpu', '3 Insufficient cpu')),
    );
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(
      /first difference: refusals-1, pod .*\n +expected .*3 Insufficient cpu.*\n +got .*2 Insufficient cpu/,
    );
  });
});

describe('what cannot be read ends with a sentence and code 2', () => {
  test.each([
    ['no such directory', ['--vectors', 'test/no-such-directory'], 'there is no such file'],
    ['a directory without scenarios', ['--vectors', 'test/golden'], 'there is no file *.json here'],
    ['another core', ['--core', 'fast'], 'there is no core "fast"; write --core reference|indexed|both'],
    ['another option', ['--vector', 'x'], "Unknown option '--vector'"],
  ])('%s', (_, args, sentence) => {
    const { code, lines } = fidelity(...args);
    expect(lines.join('\n')).toContain(sentence);
    expect(code).toBe(2);
  });

  const scenario = (fields: object): string =>
    JSON.stringify([
      {
        id: 'x-1',
        percentageOfNodesToScore: 100,
        nodes: [],
        existingPods: [],
        pods: [{ metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } }],
        expect: [{ pod: 'p', node: 'a' }],
        ...fields,
      },
    ]);

  test.each([
    ['no JSON', 'nodes:', 'this is not JSON'],
    ['no scenario', '[]', 'there is no scenario in it'],
    ['an object', '{}', 'expected array'],
    ['a decision too few', scenario({ expect: [] }), 'expect has one entry for each of pods'],
    ['decisions about others', scenario({ expect: [{ pod: 'q', node: 'a' }] }), 'name the pods in their order'],
    ['a refusal without a message', scenario({ expect: [{ pod: 'p', node: null }] }), 'has a message'],
    [
      'a quantity that is none',
      scenario({ nodes: [{ metadata: { name: 'a' }, status: { allocatable: { cpu: '4cores' } } }] }),
      '0.nodes.0.status.allocatable.cpu: this is no quantity',
    ],
  ])('%s', (_, content, sentence) => {
    const { code, lines } = fidelity('--vectors', directoryWith(content));
    expect(lines.join('\n')).toContain(sentence);
    expect(code).toBe(2);
  });
});
