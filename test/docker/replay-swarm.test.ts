import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import type { SwarmCheck } from '../../src/live/swarm/swarm-check.ts';
import { folderWith, runningBaton, type Ended } from '../cli/baton.ts';
import { dockerTest as testWithDocker } from './docker-test.ts';
import { NODES } from './real-swarm/courses.ts';
import { startRealSwarm, type RealSwarm } from './real-swarm/real-swarm.ts';

/** `isSlow`: a whole course more, with SLOW=1 only. */
const dockerTest = (name: string, body: () => Promise<void>, isSlow = false): void =>
  testWithDocker(name, body, { needs: ['ip, nsenter and unshare'], isSlow });

let swarm: Promise<RealSwarm> | undefined;
const theSwarm = (): Promise<RealSwarm> => (swarm ??= startRealSwarm(NODES));

afterAll(async () => {
  await (await swarm?.catch(() => undefined))?.remove();
});

/** Kernels may lack what virtual addresses need. */
const STACK = `services:
  web:
    image: registry.example.com/web:1
    deploy:
      replicas: 4
      endpoint_mode: dnsrr
      update_config: { parallelism: 2, delay: 1s, monitor: 1s }
  agent:
    image: registry.example.com/agent:1
    deploy: { mode: global, endpoint_mode: dnsrr }
`;

function replay(folder: string, { nodes, image }: RealSwarm, ...flags: string[]): ReturnType<typeof runningBaton> {
  const words = ['--docker', `unix://${nodes[0].socket}`, '--image', `*=${image}`];
  return runningBaton(folder, 'replay', ...flags, ...words);
}

function checkIn(folder: string): SwarmCheck {
  const replays = join(folder, 'baton-out/replays');
  const [run] = readdirSync(replays);
  return JSON.parse(readFileSync(join(replays, run, 'swarm-check.json'), 'utf8')) as SwarmCheck;
}

/** Services, networks of runs, and nodes that are not as they were. */
async function left({ call }: RealSwarm): Promise<unknown[]> {
  const services = await call<unknown[]>('GET', '/services');
  const networks = await call<{ Name: string }[]>('GET', '/networks');
  const nodes = await call<{ Spec: { Availability: string; Labels?: object } }[]>('GET', '/nodes');
  return [
    ...services,
    ...networks.filter(({ Name }) => Name.startsWith('baton-')),
    ...nodes.filter(({ Spec }) => Spec.Availability !== 'active' || Object.keys(Spec.Labels ?? {}).length > 0),
  ];
}

const told = ({ stdout, stderr }: Ended): string => `${stdout}\n${stderr}`;

describe('baton replay --swarm', () => {
  dockerTest('says what it would do, and touches nothing', async () => {
    const real = await theSwarm();
    const folder = folderWith({ 'stack.yaml': STACK });
    const end = await replay(folder, real, 'stack.yaml', '--swarm', 'free', '--dry-run', '--step', '10s scale web=6')
      .end;
    expect(end.code, told(end)).toBe(0);
    expect(end.stdout).toMatch(/nothing has been touched/);
    expect(end.stdout).toMatch(/nodes +4 nodes: node1, node2, node3 and node4; Docker/);
    expect(end.stdout).toMatch(/^agent +1 +1 +1 +1$/m);
    expect(await left(real)).toEqual([]);
    expect(existsSync(join(folder, 'baton-out'))).toBe(false);
  });

  dockerTest(
    'leaves the choice to the swarm, follows scale, update and drain, compares, and removes everything',
    async () => {
      const real = await theSwarm();
      const folder = folderWith({ 'stack.yaml': STACK });
      const steps = ['10s scale web=8', '18s update web registry.example.com/web:2', '45s drain node2'];
      const end = await replay(
        folder,
        real,
        'stack.yaml',
        '--swarm',
        'free',
        ...steps.flatMap((step) => ['--step', step]),
      ).end;
      expect(end.code, told(end)).toBe(0);
      const check = checkIn(folder);
      expect(check.troubles).toEqual([]);
      expect(check.moments.map(({ before, workload }) => `${workload} ${before}`)).toEqual(
        ['scale web=8', 'update web registry.example.com/web:2', 'drain node2', ''].flatMap((step) => [
          `agent ${step}`,
          `web ${step}`,
        ]),
      );
      expect(check.moments.map(({ verdict }) => verdict)).not.toContain('different');
      const atLast = check.moments.find(({ before, workload }) => before === '' && workload === 'web')!;
      expect(atLast.measured[1]).toBe(0);
      expect([...atLast.measured].sort((a, b) => a - b)).toEqual([0, 2, 3, 3]);
      const update = check.settling.find(({ step }) => step.startsWith('update'))!;
      // Four waves of two, each with the 2 s of gossip and the second of delay.
      expect(update.predictedMs).toBeGreaterThan(10_000);
      expect(update.measuredMs).toBeGreaterThan(10_000);
      expect(await left(real)).toEqual([]);
    },
  );

  dockerTest(
    'pins each task to the node that the simulation chose',
    async () => {
      const real = await theSwarm();
      const folder = folderWith({ 'stack.yaml': STACK });
      const end = await replay(
        folder,
        real,
        'stack.yaml',
        '--swarm',
        'pinned',
        '--step',
        '10s scale web=7',
        '--step',
        '18s drain node3',
      ).end;
      expect(end.code, told(end)).toBe(0);
      const { moments } = checkIn(folder);
      expect(moments.map(({ verdict }) => verdict)).toEqual(moments.map(() => 'same'));
      expect(moments.at(-1)?.measured).toEqual(moments.at(-1)?.predicted);
      expect(await left(real)).toEqual([]);
    },
    true,
  );

  dockerTest('removes everything when it is told to end, drained nodes included', async () => {
    const real = await theSwarm();
    const folder = folderWith({ 'stack.yaml': STACK });
    const running = replay(folder, real, 'stack.yaml', '--swarm', 'free', '--step', '6s drain node4');
    await running.says('drain node4');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await left(real)).not.toEqual([]);
    running.signal('SIGINT');
    const end = await running.end;
    expect(end.code, told(end)).toBe(130);
    expect(end.stderr).toMatch(/removed 2 services and 1 network; 1 node available again as before; nothing is left/);
    expect(await left(real)).toEqual([]);
  });

  dockerTest('refuses in a sentence: no manager, no swarm, unknown names, what an earlier run has left', async () => {
    const real = await theSwarm();
    const folder = folderWith({ 'stack.yaml': STACK });
    const worker = { ...real, nodes: [real.nodes[1]] };
    const sentence = async (target: RealSwarm, ...flags: string[]): Promise<string> => {
      const end = await replay(folder, target, 'stack.yaml', '--swarm', 'free', ...flags).end;
      expect(end.code, told(end)).toBe(2);
      return end.sentences.join('\n');
    };
    expect(await sentence(worker)).toMatch(/is a worker of its swarm, and only managers can be asked/);
    expect(await sentence(real, '--step', '1s drain node5')).toMatch(/no node "node5"; did you mean "node1"\?/);
    expect(await sentence(real, '--step', '1s scale wed=2')).toMatch(/no service "wed" by then; did you mean "web"\?/);
    expect(await sentence(real, '--step', 'scale web=2')).toMatch(
      /"scale" is not a time|write it like --step "30s scale web=6"/,
    );
    expect(await sentence(real, '--traffic')).toMatch(/--traffic is for replays on single engines/);
    await real.docker(
      'service',
      'create',
      '--label=dev.baton.run=left',
      '--replicas=0',
      '--detach',
      '--no-resolve-image',
      real.image,
    );
    expect(await sentence(real)).toMatch(/run left has left something on this swarm/);
    const cleaned = await replay(folder, real, 'left', '--swarm', 'free', '--clean').end;
    expect(cleaned.stdout).toMatch(/removed 1 service; nothing is left/);
    expect(await left(real)).toEqual([]);
  });
});
