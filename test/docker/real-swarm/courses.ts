import { PLAIN_PROCESS, type ProcessBehaviour } from '../../../src/orchestrators/data-plane/process-behaviour.ts';
import type { SwarmRun } from '../../../src/live/swarm/swarm-run.ts';
import type { NodeOptions } from './swarm-node.ts';
import type { Course } from './play-course.ts';

const MIB = 1024 ** 2;

/** Four nodes, the first in zone a and the others in zone b; what their engines take for memory is uneven. */
export const NODES: readonly NodeOptions[] = [
  { hostname: 'node1', memBytes: 2048 * MIB, engineLabels: ['disk=ssd'] },
  { hostname: 'node2', memBytes: 1024 * MIB, engineLabels: ['disk=ssd'] },
  { hostname: 'node3', memBytes: 1024 * MIB, engineLabels: ['disk=hdd'] },
  { hostname: 'node4', memBytes: 512 * MIB, engineLabels: ['disk=hdd'], generic: ['gpu=2'] },
];
export const ZONES = ['a', 'b', 'b', 'b'];

/** One service `web` with this below `deploy:`. It has no virtual address, since kernels may lack what that needs. */
export function webStack(image: string, deploy: string, more = ''): string {
  const below = deploy
    .split('\n')
    .map((line) => `      ${line.trim() === '' ? '' : line}`)
    .join('\n');
  return `services:\n  web:\n    image: ${image}\n${more}    deploy:\n      endpoint_mode: dnsrr\n${below}\n`;
}

/** Whether everything that ran before has ended since, and as much runs again. */
const renewed =
  (count: number) =>
  (run: SwarmRun, sinceUs: number): boolean =>
    run.tasks.filter(({ madeUs }) => madeUs > sinceUs).length >= count;

/** Whether a node was lost since, and a task that was on it has been replaced. */
const lost = (run: SwarmRun, sinceUs: number): boolean =>
  run.happenings.some(({ atUs, kind }) => kind === 'node-down' && atUs > sinceUs);

export type MakeCourse = (image: string) => Course;

export const freshDeploy: MakeCourse = (image) => ({ stack: webStack(image, 'replicas: 6'), running: 6 });

/** Worked example B of the specification: two tasks on the last node, none on two others, and four more. */
export const scaleUpUneven: MakeCourse = (image) => {
  const on = (constraint: string, replicas: number): string =>
    webStack(image, `replicas: ${replicas}\nplacement: { constraints: ['${constraint}'] }`);
  const wider = on('node.hostname!=node1', 6);
  return {
    stack: on('node.hostname==node4', 2),
    running: 2,
    steps: [
      {
        text: 'docker stack deploy -c wider.yaml',
        real: (swarm) => swarm.deploy('', wider),
        change: { verb: 'apply', files: [{ file: 'wider.yaml', text: wider }] },
        running: 6,
      },
    ],
  };
};

export const spreadOverZones: MakeCourse = (image) => ({
  stack: webStack(image, 'replicas: 8\nplacement: { preferences: [{ spread: node.labels.zone }] }'),
  running: 8,
});

export const mostOnOneNode: MakeCourse = (image) => ({
  stack: webStack(
    image,
    "replicas: 5\nplacement: { constraints: ['engine.labels.disk==ssd'], max_replicas_per_node: 2 }",
  ),
  running: 4,
});

export const reservations: MakeCourse = (image) => ({
  stack: webStack(image, 'replicas: 12\nresources: { reservations: { memory: 400M } }'),
  running: 10,
});

export const countables: MakeCourse = (image) => ({
  stack: webStack(
    image,
    'replicas: 3\nresources: { reservations: { generic_resources: [{ discrete_resource_spec: { kind: gpu, value: 1 } }] } }',
  ),
  running: 2,
});

export const onEveryNode: MakeCourse = (image) => ({
  stack: webStack(image, "mode: global\nplacement: { constraints: ['node.labels.zone==b'] }"),
  running: 3,
});

export const scaleDown: MakeCourse = (image) => ({
  stack: webStack(image, 'replicas: 6'),
  running: 6,
  steps: [
    {
      text: 'scale web=3',
      real: (swarm) => swarm.deploy('', webStack(image, 'replicas: 3')),
      change: { verb: 'scale', workload: 'web', replicas: 3 },
      running: 3,
    },
  ],
});

export const rollingUpdate: MakeCourse = (image) => {
  const version = (number: number): string =>
    webStack(
      image,
      'replicas: 4\nupdate_config: { parallelism: 2, delay: 3s, monitor: 2s }',
      `    environment: { VERSION: '${number}' }\n`,
    );
  return {
    stack: version(1),
    running: 4,
    steps: [
      {
        text: 'docker stack deploy -c second.yaml',
        real: (swarm) => swarm.deploy('', version(2)),
        change: { verb: 'apply', files: [{ file: 'second.yaml', text: version(2) }] },
        running: 4,
        until: renewed(4),
      },
    ],
  };
};

export const taskCrash: MakeCourse = (image) => ({
  stack: webStack(
    image,
    'replicas: 1',
    "    command: ['/baton-workload', 'port=8080', 'boot-ms=0', 'run-ms=4000', 'exit-code=3']\n",
  ),
  running: 1,
  steps: [{ text: 'it ends with 3 by itself', real: () => Promise.resolve(), running: 1, until: renewed(1) }],
});

export const drainNode: MakeCourse = (image) => ({
  stack: webStack(image, 'replicas: 8'),
  running: 8,
  steps: [
    {
      text: 'drain node2',
      real: (swarm) => swarm.docker('node', 'update', '--availability=drain', 'node2'),
      change: { verb: 'drain', machine: 'node2' },
      running: 8,
      until: renewed(2),
    },
    {
      text: 'activate node2',
      real: (swarm) => swarm.docker('node', 'update', '--availability=active', 'node2'),
      change: { verb: 'activate', machine: 'node2' },
      running: 8,
    },
  ],
});

export const nodeCrash: MakeCourse = (image) => ({
  stack: webStack(image, 'replicas: 8'),
  running: 8,
  steps: [
    {
      text: 'node4 loses power',
      real: (swarm) => swarm.nodes[3].crash(),
      weather: { kind: 'node-down', node: 3, cause: 'crash' },
      running: 8,
      until: (run, sinceUs) => lost(run, sinceUs) && renewed(2)(run, sinceUs),
    },
    {
      text: 'node4 is back',
      real: (swarm) => swarm.nodes[3].start(),
      weather: { kind: 'node-up', node: 3, cause: 'crash' },
      running: 8,
      until: (run, sinceUs) => run.happenings.some(({ atUs, kind }) => kind === 'node-ready' && atUs > sinceUs),
    },
  ],
});

export const linkCut: MakeCourse = (image) => ({
  stack: webStack(image, 'replicas: 4'),
  running: 4,
  steps: [
    {
      text: "node3's link is cut",
      real: (swarm) => Promise.resolve(swarm.switchboard.setCable(2, false)),
      weather: { kind: 'node-cut-off', node: 2, on: true, cause: 'cable' },
      running: 4,
      until: (run, sinceUs) => lost(run, sinceUs) && renewed(1)(run, sinceUs),
    },
    {
      text: "node3's link is back",
      real: (swarm) => Promise.resolve(swarm.switchboard.setCable(2, true)),
      weather: { kind: 'node-cut-off', node: 2, on: false, cause: 'cable' },
      running: 4,
      until: (run, sinceUs) => run.happenings.some(({ atUs, kind }) => kind === 'node-ready' && atUs > sinceUs),
    },
  ],
});

/** How the processes of a course behave: they are up at once, and run until they are told to end, or end by themselves. */
export function behaviourOf({ stack }: Course): ProcessBehaviour {
  const constant = (meanUs: number) => ({ kind: 'constant', meanUs }) as const;
  const runs = /run-ms=(\d+)/.exec(stack);
  return {
    ...PLAIN_PROCESS,
    imageBytes: 0,
    imageLayers: 0,
    boot: constant(0.2e6),
    stop: constant(0.1e6),
    ...(runs !== null && { runs: constant(Number(runs[1]) * 1000), failureShare: 1, failureExitCode: 3 }),
  };
}
