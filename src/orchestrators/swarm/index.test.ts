import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { projectFiles } from '../../../test/project-files.ts';
import { runLoop } from '../data-plane/data-plane-fixture.ts';
import { PLAIN_PROCESS } from '../data-plane/process-behaviour.ts';
import { FEATURES } from '../features.ts';
import type { OrchestratedSpec } from '../data-plane/orchestrated-spec.ts';
import { SWARM_CONSTANTS } from './constants.ts';
import { swarm, SWARM_STRATEGIES, swarmWith, type SwarmStrategy } from './index.ts';

const STACK = `
version: "3.9"
services:
  web:
    image: nginx:1.25
    deploy:
      replicas: 6
      placement:
        preferences:
          - spread: node.labels.zone
  agent:
    image: agent:1
    deploy:
      mode: global
`;

const files = [{ file: 'stack.yml', text: STACK }];
const options = { behaviourOf: () => PLAIN_PROCESS, constants: {} };

describe('docker swarm', () => {
  test('runs a compose file as it is', () => {
    const { loop, containers } = runLoop(swarm.loop(swarm.read(files), options));
    const running = [...containers.all()].filter(({ state }) => state === 'up');
    expect(running.filter(({ order }) => order.image === 'nginx:1.25').length).toBe(6);
    expect(running.filter(({ order }) => order.image === 'agent:1').length).toBe(4);
    expect(loop.isQuiet()).toBe(true);
    expect(loop.notes().some((note) => note.startsWith('managers are n1;'))).toBe(true);
  });

  test('a file that is applied later changes what is there and adds what is new', () => {
    const later = STACK.replace('1.25', '1.26').replace('replicas: 6', 'replicas: 8');
    const change = { verb: 'apply', files: [{ file: 'stack.yml', text: later }] } as const;
    const { containers } = runLoop(swarm.loop(swarm.read(files), options), {
      operations: [{ atUs: 60e6, text: 'docker stack deploy', change }],
    });
    const images = [...containers.all()].filter(({ state }) => state === 'up').map(({ order }) => order.image);
    expect(images.filter((image) => image === 'nginx:1.26').length).toBe(8);
    expect(images.filter((image) => image === 'nginx:1.25').length).toBe(0);
  });

  test('every strategy is an orchestrator of its own', () => {
    for (const strategy of SWARM_STRATEGIES) {
      const { loop } = runLoop(swarmWith(strategy).loop(swarm.read(files), options));
      expect(loop.isQuiet()).toBe(true);
    }
  });

  test('says who chose the nodes', () => {
    const why = (strategy: SwarmStrategy, otherwise: Partial<OrchestratedSpec> = {}): string | undefined => {
      const run = runLoop(swarmWith(strategy).loop(swarm.read(files), options), { coldStart: true, ...otherwise });
      return run.result().living?.decisions.find(({ about }) => about === 'web')?.why;
    };
    const chooser = () => ({ name: 'first-fit', choose: ([first]: readonly number[]) => first ?? -1 });
    const rest = 'among the nodes that pass all filters';
    expect(why('swarmkit')).toContain('those with the fewest tasks of web');
    expect(why('classic-random')).toBe(`chosen by classic-random ${rest}`);
    expect(why('swarmkit', { chooser })).toBe(`chosen by first-fit ${rest}`);
  });

  test('says of every feature whether it has it', () => {
    expect(Object.keys(swarm.features).sort()).toEqual(Object.keys(FEATURES).sort());
  });

  test('every constant is read somewhere, and says where it is from', () => {
    const sources = projectFiles(/^src\/orchestrators\/swarm\/.*\.ts$/)
      .filter((path) => !/\.test\.ts$|constants\.ts$/.test(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    for (const [name, { source, meaning }] of Object.entries(SWARM_CONSTANTS)) {
      expect(sources, name).toMatch(new RegExp(`\\b${name}\\b`));
      expect(source.length * meaning.length, name).toBeGreaterThan(0);
    }
  });
});
