import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import type { NomadTimes } from '../nomad-constants.ts';
import type { NomadServer } from '../nomad-server.ts';
import type { Allocation } from '../state/allocation.ts';
import { clientHasEnded } from '../state/allocation.ts';
import { Agenda } from './agenda.ts';
import type { Deed, RunnerParts } from './alloc-runner.ts';
import { AllocRunner } from './alloc-runner.ts';

interface Agent {
  readonly node: number;
  readonly runners: Map<number, AllocRunner>;
  /** Of which the servers have still to hear. */
  readonly dirty: Set<AllocRunner>;
  /** Its ticks are so much after whole periods. */
  readonly phaseUs: number;
  isTickDue: boolean;
  isPullDue: boolean;
}

/** The clients: they fetch their allocations, run them, and tell every 200 ms what became of them (client/client.go). */
export class ClientAgents {
  private readonly agents: Agent[] = [];
  private readonly parts: RunnerParts;
  private readonly pullKind: number;
  private readonly tickKind: number;
  private readonly plane: DataPlane;
  private readonly server: NomadServer;
  private readonly times: NomadTimes;

  constructor(
    plane: DataPlane,
    server: NomadServer,
    times: NomadTimes,
    behaviourOf: (alloc: Allocation) => ProcessBehaviour,
  ) {
    this.plane = plane;
    this.server = server;
    this.times = times;
    this.parts = {
      plane,
      times,
      agenda: new Agenda<Deed>(plane.clock, (deed) => deed.runner.act(deed)),
      serviceOf: (alloc, group) =>
        server.accounts.serviceOf({ id: alloc.of.parent, groups: alloc.of.job.groups }, group),
      behaviourOf,
      changed: (runner) => this.changed(runner),
    };
    this.pullKind = plane.clock.apiKind((node) => this.pull(node));
    this.tickKind = plane.clock.kind((node) => this.tick(node));
    server.tellClient = (node) => this.tell(node);
  }

  /** A client that there was not before. */
  add(node: number): void {
    const phases = this.plane.streams(`nomad/client/${this.plane.machines.specs[node].name}`);
    this.agents[node] = {
      node,
      runners: new Map(),
      dirty: new Set(),
      phaseUs: Math.floor(phases.next() * this.times.statusSyncUs),
      isTickDue: false,
      isPullDue: false,
    };
  }

  runnersOn(node: number): Iterable<AllocRunner> {
    return this.agents[node]?.runners.values() ?? [];
  }

  /** Something passes again between client and servers: what waited is told and fetched. */
  reconnect(node: number): void {
    const agent = this.agents[node];
    if (agent === undefined) return;
    if (agent.dirty.size > 0) this.wind(agent);
    this.tell(node);
  }

  freeze(node: number): void {
    for (const runner of this.runnersOn(node)) runner.freeze();
  }

  thaw(node: number): void {
    for (const runner of this.runnersOn(node)) runner.thaw();
  }

  /** Allocations that are not as they are to be: starting, stopping, restarting. */
  get areQuiet(): boolean {
    for (const agent of this.agents) {
      if (agent === undefined) continue;
      if (agent.isPullDue || (agent.dirty.size > 0 && agent.isTickDue)) return false;
      if (!this.plane.machines.isReachable(agent.node)) continue;
      for (const runner of agent.runners.values()) if (runner.isBusy) return false;
    }
    return true;
  }

  private tell(node: number): void {
    const agent = this.agents[node];
    if (agent === undefined || agent.isPullDue) return;
    agent.isPullDue = true;
    this.plane.clock.after(this.times.clientPullUs, this.pullKind, node);
  }

  private pull(node: number): void {
    const agent = this.agents[node];
    agent.isPullDue = false;
    if (!this.plane.machines.isReachable(node)) return;
    for (const alloc of this.server.state.onNode(node)) {
      const runner = agent.runners.get(alloc.id);
      if (runner === undefined) this.fetched(agent, alloc);
      else if (alloc.desired !== 'run') {
        if (runner.isGone) this.changed(runner);
        else runner.kill();
      } else if (runner.version !== alloc.of.version) runner.updated();
    }
  }

  private fetched(agent: Agent, alloc: Allocation): void {
    if (alloc.desired !== 'run' || clientHasEnded(alloc)) {
      if (alloc.desired !== 'run') this.server.state.leftNode(alloc);
      return;
    }
    const runner = new AllocRunner(alloc, this.parts);
    agent.runners.set(alloc.id, runner);
    runner.begin();
  }

  private changed(runner: AllocRunner): void {
    const agent = this.agents[runner.alloc.node];
    agent.dirty.add(runner);
    this.wind(agent);
  }

  private wind(agent: Agent): void {
    if (agent.isTickDue) return;
    agent.isTickDue = true;
    const { statusSyncUs } = this.times;
    const { clock } = this.plane;
    const sinceUs = (((clock.nowUs - agent.phaseUs) % statusSyncUs) + statusSyncUs) % statusSyncUs;
    clock.after(statusSyncUs - sinceUs, this.tickKind, agent.node);
  }

  private tick(node: number): void {
    const agent = this.agents[node];
    agent.isTickDue = false;
    const { machines } = this.plane;
    if (!machines.isReachable(node) || !machines.controlPlaneUp) return;
    const runners = [...agent.dirty];
    agent.dirty.clear();
    this.server.clientUpdate(runners.map((runner) => runner.report()));
    for (const runner of runners) if (runner.isGone) agent.runners.delete(runner.alloc.id);
  }
}
