import { SCRIPT_FORMAT, type ReplayScript, type ScriptStep } from './replay-script.ts';
import type { ScriptBuilder } from './script-builder.ts';

const MIB = 2 ** 20;

/** A script of what a camera has filmed so far, for tests. */
export function filmedScript(
  { nodes, services, pods, steps, notes }: ScriptBuilder,
  durationUs: number,
  fingerprint = '0000000000000000',
): ReplayScript {
  return {
    format: SCRIPT_FORMAT,
    runId: 'test',
    title: 'test',
    policy: 'test',
    seed: 1,
    fingerprint,
    durationUs,
    nodes,
    services,
    pods,
    steps,
    predicted: { metrics: {} },
    notes,
  };
}

/** A script of two nodes (`n-0`, `n-1`) and three pods (`p-0`, ...: 100 millicores, 64 MiB) that does these steps, for tests. */
export function handScript(steps: readonly ScriptStep[], over: Partial<ReplayScript> = {}): ReplayScript {
  return {
    format: SCRIPT_FORMAT,
    runId: 'test',
    title: 'by hand',
    policy: 'none',
    seed: 1,
    fingerprint: '0123456789abcdef',
    durationUs: 100e6,
    nodes: [0, 1].map((k) => ({ name: `n-${k}`, cpuMilli: 1000, memBytes: 1024 * MIB, isThereAtStart: true })),
    services: [
      { name: 'web', concurrency: 2, queueLimit: null, workMeanUs: 5000, cpuPerRequestMilli: 50, balancing: 'random' },
    ],
    pods: [0, 1, 2].map((k) => ({
      name: `p-${k}`,
      workload: 'web',
      service: 0,
      cpuMilli: 100,
      memBytes: 64 * MIB,
      bootUs: 2e6,
      restart: 'always',
    })),
    steps,
    predicted: { metrics: {} },
    notes: [],
    ...over,
  };
}

/** Steps as lines to be read: `12.5 stop web-3 30 s (fewer are wanted)`. */
export function stepLines({ steps, pods, nodes }: Pick<ReplayScript, 'steps' | 'pods' | 'nodes'>): string[] {
  return steps.map((step) => {
    const parts = [`${step.atUs / 1e6}`, step.do as string];
    if ('pod' in step) parts.push(pods[step.pod].name);
    if (step.do === 'start') parts.push('on');
    if ('node' in step) parts.push(nodes[step.node].name);
    if (step.do === 'stop') parts.push(`${step.graceUs / 1e6} s`);
    if (step.do === 'node-speed') parts.push(`${step.speed}`);
    if (step.do === 'rotate-in' && step.weight !== undefined) parts.push(`weight ${step.weight}`);
    if (step.do === 'restart' && step.bootUs !== undefined) parts.push(`boots ${step.bootUs / 1e6} s`);
    if (step.do === 'resize') parts.push(`${step.cpuMilli}m ${Math.round(step.memBytes / MIB)}Mi`);
    if ('why' in step) parts.push(`(${step.why})`);
    return parts.join(' ');
  });
}
