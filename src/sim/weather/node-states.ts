import { CauseCount, CauseLevel } from './cause-count.ts';
import type { WeatherEvent } from './weather-event.ts';

/** What the causes that last at one node come to. */
class NodeState {
  readonly down = new CauseCount();
  readonly diskFull = new CauseCount();
  readonly cutOff = new CauseCount();
  readonly drain = new CauseCount();
  readonly noCapacity = new CauseCount();
  readonly speed = new CauseLevel(1, (a, b) => a * b);
  readonly loss = new CauseLevel(0, (a, b) => 1 - (1 - a) * (1 - b));
  /** When a spot notice takes it; Infinity: none is running. */
  takenUs = Infinity;
}

/** The part of combined weather that nodes feel. */
export class NodeStates {
  private readonly states = new Map<number, NodeState>();
  private readonly touched = new Set<number>();

  /** Notes an event about nodes; false if it is about something else. What needs no counting goes to `out` at once. */
  take(event: WeatherEvent, source: number, nowUs: number, out: WeatherEvent[]): boolean {
    switch (event.kind) {
      case 'node-down':
      case 'node-up':
        this.touch(event.node).down.turn(event.kind === 'node-down', event.cause);
        return true;
      case 'node-speed':
        this.touch(event.node).speed.set(source, event.speed, event.cause);
        return true;
      case 'node-loss':
        this.touch(event.node).loss.set(source, event.share, event.cause);
        return true;
      case 'disk-full':
        this.touch(event.node).diskFull.turn(event.on, event.cause);
        return true;
      case 'node-cut-off':
        this.touch(event.node).cutOff.turn(event.on, event.cause);
        return true;
      case 'drain-begin':
      case 'drain-end':
        this.touch(event.node).drain.turn(event.kind === 'drain-begin', event.cause);
        return true;
      case 'spot-capacity':
        for (const node of event.nodes) this.touch(node).noCapacity.turn(!event.on, event.cause);
        return true;
      case 'spot-notice': {
        const state = this.touch(event.node);
        if (event.takenUs >= state.takenUs) return true;
        state.takenUs = event.takenUs;
        out.push(event);
        return true;
      }
      case 'spot-taken': {
        const state = this.touch(event.node);
        if (state.takenUs !== nowUs) return true;
        state.takenUs = Infinity;
        out.push(event);
        return true;
      }
      default:
        return false;
    }
  }

  /** Puts what has changed since the last call into `out`, nodes in the order in which they were first named. */
  settle(out: WeatherEvent[]): void {
    if (this.touched.size === 0) return;
    const gone = new Map<string, number[]>();
    const back = new Map<string, number[]>();
    for (const node of this.touched) {
      const state = this.states.get(node)!;
      state.down.settle((on, cause) => out.push({ kind: on ? 'node-down' : 'node-up', node, cause }));
      state.cutOff.settle((on, cause) => out.push({ kind: 'node-cut-off', node, on, cause }));
      state.diskFull.settle((on, cause) => out.push({ kind: 'disk-full', node, on, cause }));
      state.drain.settle((on, cause) => out.push({ kind: on ? 'drain-begin' : 'drain-end', node, cause }));
      state.speed.settle((speed, cause) => out.push({ kind: 'node-speed', node, speed, cause }));
      state.loss.settle((share, cause) => out.push({ kind: 'node-loss', node, share, cause }));
      state.noCapacity.settle((on, cause) => {
        const list = on ? gone : back;
        list.set(cause, [...(list.get(cause) ?? []), node]);
      });
    }
    for (const [cause, nodes] of back) out.push({ kind: 'spot-capacity', nodes, on: true, cause });
    for (const [cause, nodes] of gone) out.push({ kind: 'spot-capacity', nodes, on: false, cause });
    this.touched.clear();
  }

  private touch(node: number): NodeState {
    this.touched.add(node);
    let state = this.states.get(node);
    if (state === undefined) this.states.set(node, (state = new NodeState()));
    return state;
  }
}
