import { isHeard } from '../../machine-heard.ts';
import type { EcsWorld } from '../world.ts';

interface Link {
  /** Whether agent and control plane hear each other now. */
  isUp: boolean;
  /** Changes with every break, so that what was due before one is known to be late. */
  breaks: number;
  brokenUs: number;
}

/** What happens to a link, for those who send over it. */
export interface LinkWatcher {
  /** The agent is there again, or for the first time: both sides compare what they know. */
  up(machine: number): void;
  /** The control plane has come to know that it hears nothing; it places nothing there any more. */
  lost(machine: number): void;
}

/**
 * The connection of each agent (ecs-agent/acs/session): broken as soon as nothing gets through, believed until nothing has
 * been heard for a heartbeat and its jitter, and made again with a backoff.
 */
export class AgentLinks {
  private readonly world: EcsWorld;
  private readonly watcher: LinkWatcher;
  private readonly links: Link[] = [];
  private readonly upKind: number;
  private readonly lostKind: number;
  private readonly due: { machine: number; breaks: number }[] = [];

  constructor(world: EcsWorld, watcher: LinkWatcher) {
    this.world = world;
    this.watcher = watcher;
    const { clock, machines } = world.plane;
    this.upKind = clock.apiKind((subject) => this.connected(subject));
    this.lostKind = clock.apiKind((subject) => this.silent(subject));
    machines.watch((machine, state, before) => {
      const is = isHeard(state);
      const was = isHeard(before);
      if (is && !was) this.reachable(machine, !before.works);
      else if (was && !is) this.broken(machine);
    });
  }

  /** A machine that is there at the beginning, with its agent. */
  begin(machine: number): void {
    this.links[machine] = { isUp: true, breaks: 0, brokenUs: NaN };
    this.watcher.up(machine);
  }

  isUp(machine: number): boolean {
    return (this.links[machine]?.isUp ?? false) && this.world.plane.machines.isReachable(machine);
  }

  private broken(machine: number): void {
    const { clock, chronicle } = this.world.plane;
    const link = (this.links[machine] ??= { isUp: false, breaks: 0, brokenUs: NaN });
    link.isUp = false;
    link.breaks++;
    link.brokenUs = clock.nowUs;
    if (this.world.instances.get(machine)?.agentConnected !== true) return;
    const { agentHeartbeat, agentHeartbeatJitter } = this.world.values;
    const waitUs = agentHeartbeat + Math.floor(this.world.random.agent.next() * agentHeartbeatJitter);
    clock.after(waitUs, this.lostKind, this.due.push({ machine, breaks: link.breaks }) - 1);
    const toUs = clock.nowUs + waitUs;
    chronicle.timer({ fromUs: clock.nowUs, toUs, timer: 'agent heartbeat', about: this.nameOf(machine) });
  }

  private reachable(machine: number, hasBooted: boolean): void {
    const link = (this.links[machine] ??= { isUp: false, breaks: 0, brokenUs: NaN });
    link.breaks++;
    const isFargate = this.world.instances.get(machine)?.isFargate === true;
    const waitUs = isFargate ? 0 : hasBooted ? this.world.values.agentStart : this.reconnectUs(link.brokenUs);
    this.world.plane.clock.after(waitUs, this.upKind, this.due.push({ machine, breaks: link.breaks }) - 1);
  }

  /** What is left of the wait between two attempts of an agent that has been cut off since then. */
  private reconnectUs(brokenUs: number): number {
    const { agentReconnectFirst, agentReconnectFactor, agentReconnectMost, agentReconnectJitter } = this.world.values;
    let attemptUs = brokenUs;
    let waitUs = agentReconnectFirst;
    while (attemptUs < this.world.plane.clock.nowUs) {
      attemptUs += Math.round(waitUs * (1 + agentReconnectJitter * this.world.random.agent.next()));
      waitUs = Math.min(agentReconnectMost, waitUs * agentReconnectFactor);
    }
    return attemptUs - this.world.plane.clock.nowUs;
  }

  private connected(subject: number): void {
    const { machine, breaks } = this.due[subject];
    const link = this.links[machine];
    if (link.breaks !== breaks || !this.world.plane.machines.isReachable(machine)) return;
    link.isUp = true;
    this.watcher.up(machine);
  }

  private silent(subject: number): void {
    const { machine, breaks } = this.due[subject];
    if (this.links[machine].breaks === breaks && !this.links[machine].isUp) this.watcher.lost(machine);
  }

  private nameOf(machine: number): string {
    return this.world.plane.machines.specs[machine].name;
  }
}
