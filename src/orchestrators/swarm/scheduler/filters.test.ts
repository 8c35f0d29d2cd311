import { describe, expect, test } from 'vitest';
import { InputError } from '../../../sim/input-error.ts';
import { meetsConstraints, parseConstraint } from '../constraint.ts';
import { defaultService, type SwarmServiceSpec } from '../swarm-spec.ts';
import { SchedulerFixture } from './scheduler-fixture.ts';

const { placement } = defaultService('', '');

/** Why a task of such a service finds no node among those that `prepare` makes. */
function refusal(spec: Partial<SwarmServiceSpec>, prepare: (fixture: SchedulerFixture) => void): string {
  const fixture = new SchedulerFixture();
  prepare(fixture);
  fixture.waiting(fixture.service(spec), 1);
  fixture.run();
  return fixture.decisions[0].message;
}

describe('filters and their reasons', () => {
  test('no node at all', () => {
    expect(refusal({}, () => {})).toBe('no suitable node');
  });

  test('paused, drained and down nodes are not available', () => {
    const message = refusal({}, (fixture) => {
      fixture.node('a').availability = 'pause';
      fixture.node('b').availability = 'drain';
      fixture.node('c').status = 'down';
    });
    expect(message).toBe('no suitable node (3 nodes not available for new tasks)');
  });

  test('the reason that refuses most nodes comes first, each node is counted by the first filter that refuses it', () => {
    const message = refusal(
      {
        reservations: { cpuMilli: 8000, memBytes: 0, generic: [] },
        placement: { ...placement, constraints: [parseConstraint('node.role == manager')] },
      },
      (fixture) => {
        fixture.node('a');
        fixture.node('b').availability = 'pause';
        fixture.node('c', { cpuMilli: 16_000 });
        fixture.node('d', { cpuMilli: 16_000 });
      },
    );
    expect(message).toBe(
      'no suitable node (scheduling constraints not satisfied on 2 nodes; 1 node not available for new tasks; insufficient resources on 1 node)',
    );
  });

  test('generic resources are countable, and taken by the tasks there', () => {
    const fixture = new SchedulerFixture();
    const trainer = fixture.service({
      reservations: { cpuMilli: 0, memBytes: 0, generic: [{ kind: 'gpu', count: 2 }] },
    });
    fixture.node('a', { generic: { gpu: 4 } });
    fixture.node('b', { generic: { gpu: 3 } });
    fixture.node('c');
    fixture.waiting(trainer, 4);
    expect(fixture.run()).toEqual([2, 1, 0]);
    expect(fixture.decisions.at(-1)?.message).toMatch(/^no suitable node \(insufficient resources on/);
  });

  test('limits do not matter, and nothing reserved fits anywhere', () => {
    const fixture = new SchedulerFixture();
    const web = fixture.service({ limits: { cpuMilli: 64_000, memBytes: 1e15, pids: 1 } });
    fixture.node('a', { cpuMilli: 1 });
    fixture.waiting(web, 50);
    expect(fixture.run()).toEqual([50]);
  });

  test('a host port is free once, for one protocol', () => {
    const fixture = new SchedulerFixture();
    const port = { protocol: 'tcp', target: 53, published: 53, mode: 'host' } as const;
    const dns = fixture.service({ ports: [port] });
    const other = fixture.service({ ports: [{ ...port, protocol: 'udp' }] });
    fixture.node('a');
    fixture.node('b');
    fixture.waiting(dns, 3);
    fixture.waiting(other, 1);
    expect(fixture.run()).toEqual([2, 1]);
    expect(fixture.decisions.find(({ node }) => node < 0)?.message).toMatch(/host-mode port already in use on/);
  });

  test('replicas on one node are limited', () => {
    const fixture = new SchedulerFixture();
    const web = fixture.service({ placement: { ...placement, maxReplicasPerNode: 2 } });
    fixture.node('a');
    fixture.node('b');
    fixture.waiting(web, 5);
    expect(fixture.run()).toEqual([2, 2]);
    expect(fixture.decisions.find(({ node }) => node < 0)?.message).toBe(
      'no suitable node (max replicas per node limit exceed)',
    );
  });

  test('x86_64 and amd64 are the same, arm64 is not', () => {
    const fixture = new SchedulerFixture();
    const web = fixture.service({
      placement: { ...placement, platforms: [{ os: 'linux', architecture: 'x86_64' }] },
    });
    fixture.node('a', { architecture: 'arm64' });
    fixture.node('b', { architecture: 'amd64' });
    fixture.waiting(web, 2);
    expect(fixture.run()).toEqual([0, 2]);
  });
});

describe('constraints', () => {
  const fixture = new SchedulerFixture();
  const { facts } = fixture.node('n1', {
    labels: { disk: 'SSD' },
    engineLabels: { os: 'ubuntu' },
    address: '10.1.2.3',
  });

  test.each([
    ['node.labels.disk==ssd', true],
    ['node.labels.disk != hdd', true],
    ['node.labels.rack==r1', false],
    ['node.labels.rack!=r1', true],
    ['engine.labels.os == ubuntu', true],
    ['node.hostname==N1', true],
    ['node.role!=manager', true],
    ['node.platform.arch==amd64', true],
    ['node.ip==10.1.2.3', true],
    ['node.ip==10.1.0.0/16', true],
    ['node.ip!=10.1.0.0/16', false],
    ['node.ip==10.2.0.0/16', false],
    ['node.labels.disk==s*', false],
    ['node.unknown!=x', false],
  ])('%s: %s', (text, isMet) => {
    expect(meetsConstraints(facts, [parseConstraint(text)])).toBe(isMet);
  });

  test.each(['node.role', 'node.role=manager', '==x', 'node labels==x', 'node.role==', 'node.role==a>b'])(
    '%s is refused with what to write instead',
    (text) => {
      expect(() => parseConstraint(text)).toThrow(InputError);
      expect(() => parseConstraint(text)).toThrow(/write/);
    },
  );
});
