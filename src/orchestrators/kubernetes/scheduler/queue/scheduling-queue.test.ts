import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { node as nodeOf, pod as podOf } from '../../cluster-fixture.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod, PodSpec } from '../../objects/pod.ts';
import { backoffUs } from './backoff-times.ts';
import type { NodeEvent, PodEvent } from './cluster-event.ts';
import { type QueueRules, SchedulingQueue } from './scheduling-queue.ts';

const S = 1_000_000;
const RULES: QueueRules = {
  initialBackoffUs: S,
  maxBackoffUs: 10 * S,
  pastWholeSecondUs: 0,
  gate: ({ spec }) => (spec.schedulingGates.length > 0 ? 'SchedulingGates' : undefined),
  namespaceLabels: () => ({}),
  addedAffinity: () => undefined,
  hardSpread: () => [],
};

let ids = 0;

function pod(spec: Partial<PodSpec> = {}, id = ++ids): Pod {
  const made = podOf(`p${id}`, { cpu: '1' }, spec);
  return { ...made, id, metadata: { ...made.metadata, uid: `u${id}` } } as Pod;
}

const NODE = { ...nodeOf('n1'), id: 1 } as Node;
const GONE: PodEvent = {
  resource: 'AssignedPod',
  action: 'Delete',
  before: pod({ nodeName: 'n1' }),
  after: undefined,
};
const NODE_ADDED: NodeEvent = { resource: 'Node', action: 'Add', before: undefined, after: NODE };

/** Tries the next pod now and has it refused by these plugins. */
function refuse(queue: SchedulingQueue, nowUs: number, plugins = ['NodeResourcesFit']): string {
  const entry = queue.pop();
  if (entry === undefined) throw new Error('nothing to try');
  return queue.comeBack(entry, plugins, nowUs);
}

describe('the active queue', () => {
  test('gives the highest priority first, then who came first, then who was created first', () => {
    const queue = new SchedulingQueue(RULES);
    const [late, low, high, early, twin] = [1, 0, 9, 1, 1].map((priority) => pod({ priority }));
    queue.add(low, 0);
    queue.add(early, 1);
    queue.add(twin, 1);
    queue.add(late, 2);
    queue.add(high, 3);
    const order = [1, 2, 3, 4, 5].map(() => queue.pop()?.pod.id);
    expect(order).toEqual([high.id, early.id, twin.id, late.id, low.id]);
  });

  test('a pod that comes back takes its place by the time at which it came back', () => {
    const queue = new SchedulingQueue(RULES);
    const [first, second] = [pod(), pod()];
    queue.add(first, 0);
    refuse(queue, 3 * S);
    queue.add(second, 2 * S);
    // Its backoff ends at 4 s, cut to 4 s; the flush at 5 s moves it. `second` has been there since 2 s, it since 3 s.
    queue.note(GONE, 3 * S);
    queue.flushBackoff(5 * S);
    expect([queue.pop()?.pod.id, queue.pop()?.pod.id]).toEqual([second.id, first.id]);
  });
});

describe('backoff', () => {
  test('1, 2, 4, 8, 10, 10 seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 100].map((count) => backoffUs(RULES, count) / S)).toEqual([1, 2, 4, 8, 10, 10, 10]);
  });

  test('is cut to the whole second, and over when a later second has begun', () => {
    // Refused at 0.4 s: until 1.4 s, cut to 1 s. At 1.0 s the second is the same, so it still backs off; at 2.0 s not.
    const queue = new SchedulingQueue(RULES);
    queue.add(pod(), 0);
    refuse(queue, 0.4 * S);
    queue.note(GONE, 0.5 * S);
    expect(queue.sizes).toEqual({ active: 0, backoff: 1, unschedulable: 0, gated: 0 });
    expect(queue.nextFlushUs).toBe(2 * S);
    queue.flushBackoff(1 * S);
    expect(queue.sizes.backoff).toBe(1);
    queue.flushBackoff(2 * S);
    expect(queue.sizes).toEqual({ active: 1, backoff: 0, unschedulable: 0, gated: 0 });
  });

  test('whole seconds are those of the wall clock', () => {
    // The run begins 0.7 s past a whole second: 0.4 s of the run is 1.1 s on the wall, the end 2.1 cut to 2.0, and the
    // second after that begins at 3.0 on the wall, 2.3 s of the run.
    const queue = new SchedulingQueue({ ...RULES, pastWholeSecondUs: 0.7 * S });
    queue.add(pod(), 0);
    refuse(queue, 0.4 * S);
    queue.note(GONE, 0.5 * S);
    expect(queue.nextFlushUs).toBe(2.3 * S);
  });

  test('doubles with every refusal', () => {
    const queue = new SchedulingQueue(RULES);
    const one = pod();
    queue.add(one, 0);
    const ends: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      refuse(queue, 0);
      queue.note(GONE, 0);
      ends.push(queue.nextFlushUs / S - 1);
    }
    expect(ends).toEqual([1, 2, 4, 8, 10, 10]);
  });

  test('an idle scheduler does not wait for its end (KEP-5142)', () => {
    const queue = new SchedulingQueue(RULES);
    queue.add(pod(), 0);
    refuse(queue, 0);
    queue.note(GONE, 1);
    const entry = queue.pop();
    expect(entry?.broughtBy).toBe('PopFromBackoffQ');
    expect(entry?.attempts).toBe(2);
  });

  test('of those backing off the one whose second comes first goes first, then the active order', () => {
    const queue = new SchedulingQueue(RULES);
    const [a, b, c] = [pod(), pod({ priority: 5 }), pod({ priority: 9 })];
    queue.add(c, 0);
    refuse(queue, 1.9 * S);
    queue.add(a, 0);
    refuse(queue, 0.1 * S);
    queue.add(b, 0);
    refuse(queue, 0.8 * S);
    queue.note(GONE, 1.9 * S - 1);
    // Ends: a 1.1 -> 1, b 1.8 -> 1, c 2.9 -> 2. At 1.9 s all of them still back off.
    expect([queue.pop(), queue.pop(), queue.pop()].map((entry) => entry?.pod.id)).toEqual([b.id, a.id, c.id]);
  });

  test('errors have a backoff of their own, which an idle scheduler does not cut short', () => {
    const queue = new SchedulingQueue(RULES);
    queue.add(pod(), 0);
    expect(refuse(queue, 0, [])).toBe('error-backoff');
    expect(queue.pop()).toBe(undefined);
    queue.flushBackoff(2 * S);
    // A second error in a row: 2 s.
    expect(refuse(queue, 2 * S, [])).toBe('error-backoff');
    expect(queue.nextFlushUs).toBe(5 * S);
    queue.flushBackoff(5 * S);
    // A refusal ends the row of errors, and counts as the first refusal: 1 s.
    refuse(queue, 5 * S);
    queue.note(GONE, 5 * S);
    expect(queue.nextFlushUs).toBe(7 * S);
  });
});

describe('events', () => {
  test('wake only pods whose plugins wait for them', () => {
    const queue = new SchedulingQueue(RULES);
    const [fit, taint] = [pod(), pod()];
    queue.add(fit, 0);
    refuse(queue, 0, ['NodeResourcesFit']);
    queue.add(taint, 0);
    refuse(queue, 0, ['TaintToleration']);
    queue.note(GONE, 30 * S);
    expect([queue.get(fit.id)?.place, queue.get(taint.id)?.place]).toEqual(['active', 'unschedulable']);
    queue.note(NODE_ADDED, 30 * S);
    expect([queue.get(taint.id)?.place, queue.get(taint.id)?.broughtBy]).toEqual(['active', 'NodeAdd']);
  });

  test('during an attempt are remembered', () => {
    const queue = new SchedulingQueue(RULES);
    const [one, other] = [pod(), pod()];
    queue.add(one, 0);
    queue.add(other, 0);
    const entry = queue.pop()!;
    queue.note(GONE, 1);
    // The other one begins after the event, so for it the event is in what it saw.
    const later = queue.pop()!;
    expect(queue.comeBack(entry, ['NodeResourcesFit'], 2)).toBe('backoff');
    expect(entry.broughtBy).toBe('AssignedPodDelete');
    expect(queue.comeBack(later, ['NodeResourcesFit'], 2)).toBe('unschedulable');
    expect(later.broughtBy).toBe('ScheduleAttemptFailure');
  });

  test('of a plugin that made the pod wait skip the backoff', () => {
    const queue = new SchedulingQueue(RULES);
    const one = pod();
    queue.add(one, 0);
    queue.comeBack(queue.pop()!, [], 0, ['NodeResourcesFit']);
    queue.note(GONE, 1);
    expect(queue.get(one.id)?.place).toBe('active');
  });

  test('activating moves a pod from anywhere, and one that is being tried when it comes back', () => {
    const queue = new SchedulingQueue(RULES);
    const [lying, tried] = [pod(), pod()];
    queue.add(lying, 0);
    refuse(queue, 0);
    queue.add(tried, 0);
    const entry = queue.pop()!;
    queue.activate([lying.id, tried.id], 0);
    expect(queue.get(lying.id)?.place).toBe('active');
    expect(queue.comeBack(entry, ['NodeResourcesFit'], 0)).toBe('backoff');
  });
});

describe('pods left lying', () => {
  test('are tried again after more than five minutes, whatever they wait for', () => {
    const queue = new SchedulingQueue(RULES);
    const one = pod();
    queue.add(one, 0);
    refuse(queue, 0);
    queue.flushUnschedulable(300 * S);
    expect(queue.get(one.id)?.place).toBe('unschedulable');
    queue.flushUnschedulable(330 * S);
    expect([queue.get(one.id)?.place, queue.get(one.id)?.broughtBy]).toEqual(['active', 'UnschedulableTimeout']);
  });
});

describe('gates', () => {
  test('keep a pod out until they are lifted; time does not', () => {
    const queue = new SchedulingQueue(RULES);
    const gated = pod({ schedulingGates: ['example.com/wait'] });
    queue.add(gated, 0);
    expect(queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 1 });
    expect(queue.get(gated.id)?.initialAttemptUs).toBe(undefined);
    queue.flushUnschedulable(1000 * S);
    queue.note(GONE, 1000 * S);
    expect(queue.sizes.gated).toBe(1);
    const free = { ...gated, spec: { ...gated.spec, schedulingGates: [] } };
    queue.update(gated, free, 1001 * S);
    expect(queue.sizes).toEqual({ active: 1, backoff: 0, unschedulable: 0, gated: 0 });
    expect(queue.get(gated.id)?.initialAttemptUs).toBe(1001 * S);
    expect(queue.pop()?.pod).toBe(free);
  });
});

describe('updates', () => {
  test('of a refused pod wake it when a plugin that refused it says so', () => {
    const queue = new SchedulingQueue(RULES);
    const one = pod();
    queue.add(one, 0);
    refuse(queue, 0, ['TaintToleration']);
    const labelled = { ...one, metadata: { ...one.metadata, labels: { a: 'b' } } };
    queue.update(one, labelled, 60 * S);
    expect(queue.get(one.id)?.place).toBe('unschedulable');
    const toleration = { key: 'x', operator: 'Exists', value: '', effect: '' } as const;
    const tolerant = { ...labelled, spec: { ...one.spec, tolerations: [toleration] } };
    queue.update(labelled, tolerant, 60 * S);
    expect(queue.get(one.id)?.place).toBe('active');
  });

  test('a pod that is deleted is nowhere', () => {
    const queue = new SchedulingQueue(RULES);
    const [a, b, c] = [pod(), pod(), pod()];
    queue.add(a, 0);
    refuse(queue, 0);
    queue.add(b, 0);
    refuse(queue, 0, []);
    queue.add(c, 0);
    for (const { id } of [a, b, c]) queue.delete(id);
    expect([...queue.all()]).toEqual([]);
    expect(queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
    expect(queue.nextFlushUs).toBe(Infinity);
  });
});

describe('in any run', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'refuse', 'error', 'bind', 'event', 'node', 'delete', 'flush', 'leftover', 'lift'),
    waitUs: fc.integer({ min: 0, max: 40 * S }),
    which: fc.nat(1000),
    priority: fc.integer({ min: 0, max: 2 }),
  });

  test('every pod is in exactly one place, and none lies untried for more than five and a half minutes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = new SchedulingQueue(RULES);
        const live = new Map<number, Pod>();
        let nowUs = 0;
        let checkedUs = 0;
        for (const { what, waitUs, which, priority } of steps) {
          nowUs += waitUs;
          for (; checkedUs + 30 * S <= nowUs; checkedUs += 30 * S) queue.flushUnschedulable(checkedUs + 30 * S);
          const all = [...live.values()];
          const one = all[which % Math.max(1, all.length)] as Pod | undefined;
          if (what === 'add') {
            const made = pod({ priority, schedulingGates: which % 5 === 0 ? ['g'] : [] });
            live.set(made.id, made);
            queue.add(made, nowUs);
          } else if (what === 'refuse' || what === 'error' || what === 'bind') {
            const entry = queue.pop();
            if (entry === undefined) continue;
            if (what === 'bind') {
              queue.done(entry.pod.id);
              live.delete(entry.pod.id);
            } else {
              queue.comeBack(entry, what === 'error' ? [] : [['NodeResourcesFit', 'NodePorts'][which % 2]], nowUs);
            }
          } else if (what === 'event') queue.note(GONE, nowUs);
          else if (what === 'node') queue.note(NODE_ADDED, nowUs);
          else if (what === 'flush') queue.flushBackoff(nowUs);
          else if (what === 'delete' && one !== undefined) {
            queue.delete(one.id);
            live.delete(one.id);
          } else if (what === 'lift' && one !== undefined) {
            const free = { ...one, spec: { ...one.spec, schedulingGates: [] } };
            live.set(one.id, free);
            queue.update(one, free, nowUs);
          }
          const { active, backoff, unschedulable, gated } = queue.sizes;
          expect(active + backoff + unschedulable + gated).toBe(live.size);
          expect(new Set(Array.from(queue.all(), (entry) => entry.pod.id))).toEqual(new Set(live.keys()));
          for (const entry of queue.all())
            if (entry.place === 'unschedulable' && entry.gate === undefined)
              expect(checkedUs - entry.timestampUs).toBeLessThanOrEqual(330 * S);
        }
        // Whoever is not held back comes out in the end.
        queue.flushUnschedulable(nowUs + 1000 * S);
        queue.flushBackoff(nowUs + 2000 * S);
        const held = [...live.values()].filter((one) => one.spec.schedulingGates.length > 0).length;
        let out = 0;
        for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) out++;
        expect(out + held).toBe(live.size);
      }),
    );
  });
});
