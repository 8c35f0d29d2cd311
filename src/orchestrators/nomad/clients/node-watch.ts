import { isHeard } from '../../machine-heard.ts';
import type { DataPlane, MachineState } from '../../data-plane/data-plane.ts';
import { baseTtlUs, HeartbeatChain } from './heartbeats.ts';
import type { NomadTimes } from '../nomad-constants.ts';
import type { NomadServer } from '../nomad-server.ts';
import { computedClassOf, nodeAttributes } from '../placement/node-attributes.ts';
import { groupOf, isTerminal } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import type { ClientAgents } from './client-agents.ts';
import type { DatacenterRule } from './datacenters.ts';

interface Watched {
  readonly chain: HeartbeatChain;
  readonly stream: ReturnType<DataPlane['streams']>;
  /** Since when nothing passes; NaN: everything does. */
  silentUs: number;
  /** When the servers give it up, as far as is known; NaN: they hear it. */
  expiryUs: number;
  epoch: number;
}

/** Heartbeats, and what servers and clients do when they hear one another no more (nomad/heartbeat.go, client/heartbeatstop.go). */
export class NodeWatch {
  private readonly watched: Watched[] = [];
  private readonly expiryKind: number;
  private readonly backKind: number;
  private readonly consulKind: number;
  private readonly stopKind: number;
  private failoverUs = -Infinity;
  private readonly classes = new Map<string, string>();
  private readonly plane: DataPlane;
  private readonly server: NomadServer;
  private readonly clients: ClientAgents;
  private readonly times: NomadTimes;
  private readonly datacenterOf: DatacenterRule;

  constructor(
    plane: DataPlane,
    server: NomadServer,
    clients: ClientAgents,
    times: NomadTimes,
    datacenterOf: DatacenterRule,
  ) {
    this.plane = plane;
    this.server = server;
    this.clients = clients;
    this.times = times;
    this.datacenterOf = datacenterOf;
    const { clock, machines } = plane;
    this.expiryKind = clock.apiKind((node) => this.expired(node));
    this.backKind = clock.apiKind((node) => this.back(node));
    this.consulKind = clock.kind((node) => this.consulGivesUp(node));
    this.stopKind = clock.kind((node) => this.stopsAlone(node));
    machines.watch((machine, state, before) => this.changed(machine, state, before));
    machines.watchControlPlane((up) => this.controlPlane(up));
  }

  begin(): void {
    this.plane.machines.specs.forEach((_, machine) => {
      if (this.plane.machines.isReachable(machine)) this.register(machine, true);
    });
  }

  private register(machine: number, atStart = false): void {
    const { specs } = this.plane.machines;
    for (let number = this.server.state.nodes.length; number <= machine; number++) {
      const spec = specs[number];
      const datacenter = this.datacenterOf(spec, number);
      const pool = spec.labels['node_pool'] ?? 'default';
      const attributes = nodeAttributes(spec, datacenter, pool);
      this.server.state.nodes.push({
        number,
        spec,
        name: spec.name,
        datacenter,
        pool,
        attributes,
        computedClass: this.sameText(computedClassOf(spec, attributes)),
        status: 'initializing',
        eligible: true,
        drainDeadlineUs: undefined,
        allocs: new Set(),
        used: { cpuMilli: 0, memBytes: 0, diskBytes: 0, gpuCount: 0, dynamicPorts: 0 },
        staticPorts: new Map(),
      });
      this.clients.add(number);
      const stream = this.plane.streams(`nomad/heartbeat/${spec.name}`);
      const base = (): number => baseTtlUs(this.server.state.nodes.length, this.times);
      const { nowUs } = this.plane.clock;
      // Nodes have been there for a while when a run begins, each somewhere within its TTL.
      const chain = new HeartbeatChain(stream, nowUs, base);
      if (atStart) chain.beatUs = nowUs - Math.floor(stream.next() * chain.ttlUs);
      this.watched[number] = { chain, stream, silentUs: Number.NaN, expiryUs: Number.NaN, epoch: 0 };
    }
    this.becomeReady(this.server.state.nodes[machine]);
  }

  /** Classes are long texts that are compared for every node: equal ones are one. */
  private sameText(text: string): string {
    const known = this.classes.get(text);
    if (known === undefined) this.classes.set(text, text);
    return known ?? text;
  }

  private becomeReady(node: ServerNode): void {
    if (node.status === 'ready') return;
    const was = node.status;
    node.status = 'ready';
    this.server.state.index++;
    const { chronicle, books } = this.plane;
    chronicle.event(
      'server',
      'Normal',
      'NodeReady',
      `node ${node.name}`,
      was === 'initializing' ? 'node registered' : 'node re-registered',
    );
    if (was !== 'initializing') books.happened('node-back', node.name, 'heartbeats again');
    this.evaluate(node, was === 'disconnected' ? 'reconnect' : 'node-update');
    this.server.blocked.unblock(node.computedClass, this.server.state.index);
  }

  private evaluate(node: ServerNode, trigger: 'node-update' | 'reconnect'): void {
    const jobs = new Set([...this.server.state.jobsOn(node.number), ...this.server.nodesChanged()]);
    for (const job of [...jobs].sort()) this.server.make(job, trigger);
  }

  private changed(machine: number, state: MachineState, before: MachineState): void {
    const reachable = isHeard(state);
    const watched = this.watched[machine];
    if (watched === undefined) {
      if (reachable) this.plane.clock.after(this.times.clientRestartUs, this.backKind, machine);
      return;
    }
    const { clock } = this.plane;
    if (!state.works && before.works) this.clients.freeze(machine);
    const wasReachable = isHeard(before);
    if (wasReachable && !reachable) this.silence(machine, watched);
    else if (!wasReachable && reachable) {
      watched.epoch++;
      // Who was off registers anew; who was cut off tries again soon.
      const hasRebooted = !before.works;
      const delayUs = hasRebooted
        ? this.times.clientRestartUs
        : Math.floor(watched.stream.next() * this.times.clientRetryUs);
      clock.after(delayUs, this.backKind, machine);
    }
  }

  private silence(machine: number, watched: Watched): void {
    const { clock, chronicle } = this.plane;
    const node = this.server.state.nodes[machine];
    const { nowUs } = clock;
    if (this.plane.machines.controlPlaneUp) watched.chain.advance(nowUs);
    watched.epoch++;
    watched.silentUs = nowUs;
    if (node.status === 'ready') {
      watched.expiryUs = this.expiryOf(watched);
      clock.at(watched.expiryUs, this.expiryKind, machine);
      chronicle.timer({
        fromUs: watched.chain.beatUs,
        toUs: watched.expiryUs,
        timer: 'heartbeat TTL and grace',
        about: node.name,
      });
    }
    clock.after(this.times.consulNodeFailureUs, this.consulKind, machine);
    for (const runner of this.clients.runnersOn(machine)) {
      const { stopOnClientAfterUs } = runner.group.disconnect;
      if (stopOnClientAfterUs > 0) clock.at(watched.chain.beatUs + stopOnClientAfterUs, this.stopKind, machine);
    }
  }

  private expiryOf({ chain, silentUs }: Watched): number {
    const { heartbeatGraceUs, failoverHeartbeatTtlUs } = this.times;
    // A beat that was due after the failure was never sent.
    const hasBeaten = chain.beatUs >= this.failoverUs && chain.beatUs <= silentUs;
    if (!hasBeaten && this.failoverUs > -Infinity) return this.failoverUs + failoverHeartbeatTtlUs;
    return chain.beatUs + chain.ttlUs + heartbeatGraceUs;
  }

  private expired(machine: number): void {
    const watched = this.watched[machine];
    const node = this.server.state.nodes[machine];
    const { clock, chronicle } = this.plane;
    // Who is back but has not beaten yet is silent still.
    if (Number.isNaN(watched.silentUs) || watched.expiryUs > clock.nowUs || node.status !== 'ready') return;
    const mayReturn = [...node.allocs].some(
      (alloc) => (groupOf(alloc.of, alloc.group)?.disconnect.lostAfterUs ?? 0) > 0,
    );
    node.status = mayReturn ? 'disconnected' : 'down';
    this.server.state.index++;
    for (const alloc of node.allocs) if (!isTerminal(alloc)) alloc.disconnectedUs = clock.nowUs;
    chronicle.event(
      'server',
      'Warning',
      mayReturn ? 'NodeDisconnected' : 'NodeLost',
      `node ${node.name}`,
      'node heartbeat missed',
    );
    this.evaluate(node, 'node-update');
  }

  /** The client is heard again. */
  private back(machine: number): void {
    const { clock, machines } = this.plane;
    if (!machines.isReachable(machine)) return;
    if (this.watched[machine] === undefined) {
      this.register(machine);
      return;
    }
    const watched = this.watched[machine];
    watched.chain.beat(clock.nowUs);
    watched.silentUs = Number.NaN;
    watched.expiryUs = Number.NaN;
    this.clients.thaw(machine);
    for (const runner of this.clients.runnersOn(machine)) runner.services.heard();
    this.becomeReady(this.server.state.nodes[machine]);
    this.clients.reconnect(machine);
  }

  private consulGivesUp(machine: number): void {
    const { clock, machines } = this.plane;
    const { silentUs } = this.watched[machine];
    if (machines.isReachable(machine) || clock.nowUs - silentUs < this.times.consulNodeFailureUs) return;
    for (const runner of this.clients.runnersOn(machine)) runner.services.silence();
  }

  /** `stop_on_client_after`: a client that hears nobody ends what must not run twice. */
  private stopsAlone(machine: number): void {
    const { clock, machines } = this.plane;
    const { chain, silentUs } = this.watched[machine];
    const { works, speed } = machines.state(machine);
    // One that stands still does nothing either.
    if (Number.isNaN(silentUs) || machines.isReachable(machine) || !works || speed === 0) return;
    for (const runner of this.clients.runnersOn(machine))
      if (
        runner.group.disconnect.stopOnClientAfterUs > 0 &&
        clock.nowUs - chain.beatUs >= runner.group.disconnect.stopOnClientAfterUs
      )
        runner.kill();
  }

  /** A new leader gives every node 300 s; those that live beat long before. */
  private controlPlane(up: boolean): void {
    const { clock } = this.plane;
    if (!up) {
      for (const { chain, silentUs } of this.watched) if (Number.isNaN(silentUs)) chain.advance(clock.nowUs);
      return;
    }
    this.failoverUs = clock.nowUs;
    this.server.workers.forgetAll();
    this.watched.forEach((watched, machine) => {
      if (Number.isNaN(watched.silentUs)) {
        watched.chain.beat(clock.nowUs + Math.floor(watched.stream.next() * this.times.clientRetryUs));
        this.clients.reconnect(machine);
      } else if (this.server.state.nodes[machine].status === 'ready') {
        watched.expiryUs = clock.nowUs + this.times.failoverHeartbeatTtlUs;
        clock.at(watched.expiryUs, this.expiryKind, machine);
        this.plane.chronicle.timer({
          fromUs: clock.nowUs,
          toUs: watched.expiryUs,
          timer: 'heartbeat TTL after failover',
          about: this.server.state.nodes[machine].name,
        });
      }
    });
  }
}
