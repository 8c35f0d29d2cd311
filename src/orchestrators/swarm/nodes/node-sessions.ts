import { isHeard } from '../../machine-heard.ts';
import type { RandomStream } from '../../../sim/random.ts';
import type { Clock } from '../../clock.ts';
import type { DataPlane, MachineState } from '../../data-plane/data-plane.ts';
import type { SwarmValues } from '../constants.ts';
import type { RoutingMesh } from '../mesh/routing-mesh.ts';
import type { Node } from '../store/objects.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import type { Agents } from './agents.ts';
import type { Dispatcher } from './dispatcher.ts';
import { Heartbeats } from './heartbeats.ts';
import { Orphans } from './orphans.ts';
import { getsThroughUs } from './session-attempts.ts';
import { newSession, type Session } from './sessions.ts';

/** Whom the sessions tell of what befalls them. */
export interface SessionParts {
  readonly plane: DataPlane;
  readonly store: SwarmStore;
  readonly values: SwarmValues;
  readonly mesh: RoutingMesh;
  readonly agents: () => Agents;
  readonly dispatcher: () => Dispatcher;
  /** Makes a node of a machine that registers for the first time. */
  readonly join: (machine: number) => void;
}

/**
 * Whom the managers hear, and what they make of silence. Nothing of a machine is known here before its heartbeats could
 * have told it. (SwarmKit manager/dispatcher, agent/session.go.)
 */
export class NodeSessions {
  readonly all: Session[] = [];
  private readonly parts: SessionParts;
  private readonly clock: Clock;
  private readonly values: SwarmValues;
  private readonly attempts: RandomStream;
  private readonly expiryKind: number;
  private readonly registerKind: number;
  private readonly engineKind: number;
  private readonly orphans: Orphans;

  constructor(parts: SessionParts) {
    this.parts = parts;
    const { clock, streams, machines } = parts.plane;
    this.clock = clock;
    this.values = parts.values;
    this.attempts = streams('swarm/sessions');
    this.expiryKind = clock.apiKind((node) => this.expiryIsDue(node));
    this.registerKind = clock.apiKind((node) => this.registrationIsDue(node));
    this.engineKind = clock.kind((node) => this.engineIsUp(node));
    this.orphans = new Orphans(parts.store, clock, parts.values.nodeDownPeriod);
    machines.watch((machine, state, before) => this.machineChanged(machine, state, before));
    machines.watchControlPlane((up) => (up ? this.leaderIsBack() : this.leaderIsGone()));
  }

  /** Makes a session for the machine. Those there at the beginning have been heard for a while. */
  add(machine: number, wasThere: boolean): void {
    const { nowUs } = this.clock;
    const stream = this.parts.plane.streams(`swarm/heartbeats/${machine}`);
    const firstUs = nowUs - (wasThere ? stream.below(this.values.heartbeatPeriod) : 0);
    const session = newSession(machine, new Heartbeats(stream, this.values, firstUs));
    this.all[machine] = session;
    session.canPass = this.canPass(machine);
    session.isOpen = wasThere;
    if (!wasThere) {
      session.isEngineDown = true;
      if (this.parts.plane.machines.state(machine).works) this.startEngine(session);
    }
  }

  /** What is written of a node's status has been: a node that registered gets its tasks. */
  written(node: Node): void {
    const session = this.all[node.id];
    if (node.status === 'ready' && !session.isOpen) {
      session.isOpen = true;
      if (session.canPass) this.parts.dispatcher().sendAll(session);
      else this.wayIsCut(session);
    }
  }

  private machineChanged(machine: number, state: MachineState, before: MachineState): void {
    const session = this.all[machine];
    if (session === undefined) {
      this.add(machine, false);
      return;
    }
    if (before.works && !state.works) {
      session.isEngineDown = true;
      session.engineUpUs = Number.NaN;
      session.outbox.clear();
      this.parts.agents().machineStopped(machine);
    }
    if (!before.works && state.works) this.startEngine(session);
    this.look(session);
    const isNow = isHeard(state);
    const was = isHeard(before);
    if (was && !isNow) this.parts.mesh.nodeIsSilent(machine);
    if (!was && isNow && !session.isEngineDown) this.parts.mesh.nodeIsHeard(machine);
  }

  private canPass(machine: number): boolean {
    const { machines } = this.parts.plane;
    return machines.isReachable(machine) && machines.controlPlaneUp;
  }

  /** Something between the node and the managers may have changed. */
  private look(session: Session): void {
    const canPass = this.canPass(session.node);
    if (canPass === session.canPass) return;
    session.canPass = canPass;
    if (canPass) this.wayIsFree(session);
    else if (this.parts.plane.machines.controlPlaneUp) this.wayIsCut(session);
  }

  private wayIsCut(session: Session): void {
    const { nowUs } = this.clock;
    const { heartbeats } = session;
    session.registersUs = Number.NaN;
    session.silentSinceUs = nowUs;
    // Who is not registered is not expected to be heard either.
    if (!session.isOpen) return;
    heartbeats.goOnUntil(nowUs);
    this.expireAt(session, heartbeats.expiryUs);
    // The agent misses the answer to its next heartbeat.
    session.seeksSinceUs = heartbeats.lastUs + heartbeats.periodUs + this.values.rpcTimeout;
  }

  private wayIsFree(session: Session): void {
    if (session.isEngineDown) return;
    const { nowUs } = this.clock;
    const { heartbeats, seeksSinceUs } = session;
    if (session.isOpen && (Number.isNaN(seeksSinceUs) || nowUs < seeksSinceUs)) {
      if (nowUs >= heartbeats.lastUs + heartbeats.periodUs) heartbeats.beat(nowUs);
      this.isHeardAgain(session);
      this.parts.dispatcher().catchUp(session);
    } else this.seek(session, this.values.rpcTimeout);
  }

  /** The node tries until it gets through; an attempt that fails takes so long. */
  private seek(session: Session, attemptUs: number): void {
    const { nowUs } = this.clock;
    const sinceUs = Number.isNaN(session.seeksSinceUs) ? nowUs : Math.min(session.seeksSinceUs, nowUs);
    this.registerAt(
      session,
      getsThroughUs(sinceUs, nowUs, attemptUs, () => this.attempts.fine(), this.values),
    );
  }

  private registerAt(session: Session, atUs: number): void {
    session.registersUs = atUs;
    this.clock.at(atUs, this.registerKind, session.node);
  }

  private registrationIsDue(node: number): void {
    const session = this.all[node];
    const { nowUs } = this.clock;
    if (!(session.registersUs <= nowUs) || !session.canPass || session.isEngineDown) return;
    session.registersUs = Number.NaN;
    if (this.isTooOften(session)) {
      const openUs = session.registeredUs + this.values.registrationWindow + 1;
      session.seeksSinceUs = nowUs;
      this.registerAt(
        session,
        getsThroughUs(nowUs, openUs, 0, () => this.attempts.fine(), this.values),
      );
      return;
    }
    const { store, dispatcher, join } = this.parts;
    if (store.nodes[node] === undefined) join(node);
    session.isOpen = false;
    session.seeksSinceUs = Number.NaN;
    session.heartbeats.beat(nowUs);
    this.isHeardAgain(session);
    dispatcher().batch.node(store.nodes[node], 'ready', '');
  }

  /** Registrations of one node are limited. (SwarmKit manager/dispatcher/nodes.go, CheckRateLimit.) */
  private isTooOften(session: Session): boolean {
    const { nowUs } = this.clock;
    const { registrationWindow, registrationsMost } = this.values;
    if (!(nowUs - session.registeredUs <= registrationWindow)) session.registrations = 0;
    if (++session.registrations > registrationsMost) return true;
    session.registeredUs = nowUs;
    return false;
  }

  private isHeardAgain(session: Session): void {
    this.tellSilence(session, this.clock.nowUs);
    session.expiryUs = Number.NaN;
    session.seeksSinceUs = Number.NaN;
    this.orphans.nodeIsHeard(session.node);
  }

  private expireAt(session: Session, expiryUs: number): void {
    session.expiryUs = expiryUs;
    this.clock.at(expiryUs, this.expiryKind, session.node);
    this.tellSilence(session, expiryUs);
  }

  private tellSilence({ node, silentSinceUs, expiryUs }: Session, untilUs: number): void {
    if (Number.isNaN(silentSinceUs) || Number.isNaN(expiryUs) || untilUs <= silentSinceUs) return;
    const about = this.parts.plane.machines.specs[node].name;
    this.parts.plane.chronicle.timer({ fromUs: silentSinceUs, toUs: untilUs, timer: 'heartbeat expiry', about });
  }

  private expiryIsDue(node: number): void {
    const session = this.all[node];
    if (!(session.expiryUs <= this.clock.nowUs)) return;
    session.expiryUs = Number.NaN;
    session.isOpen = false;
    const known = this.parts.store.nodes[node];
    const message = known.status === 'unknown' ? 'heartbeat failure for node in "unknown" state' : 'heartbeat failure';
    this.parts.dispatcher().batch.node(known, 'down', message);
    this.orphans.nodeIsDown(node);
  }

  private startEngine(session: Session): void {
    session.engineUpUs = this.clock.nowUs + this.values.daemonStart;
    this.clock.at(session.engineUpUs, this.engineKind, session.node);
  }

  private engineIsUp(node: number): void {
    const session = this.all[node];
    if (session.engineUpUs !== this.clock.nowUs || !session.isEngineDown) return;
    session.isEngineDown = false;
    session.isOpen = false;
    session.seeksSinceUs = this.clock.nowUs;
    this.parts.agents().engineStarted(node);
    if (this.parts.plane.machines.isReachable(node)) this.parts.mesh.nodeIsHeard(node);
    if (session.canPass) this.registerAt(session, this.clock.nowUs);
  }

  /** All sessions end; what runs goes on. */
  private leaderIsGone(): void {
    for (const session of this.all) {
      if (session.canPass) session.heartbeats.goOnUntil(this.clock.nowUs);
      session.canPass = false;
      session.isOpen = false;
      session.expiryUs = Number.NaN;
      session.registersUs = Number.NaN;
      if (Number.isNaN(session.seeksSinceUs)) session.seeksSinceUs = this.clock.nowUs;
      session.news.clear();
    }
  }

  /** A new leader knows of no session: nodes are UNKNOWN until they register. (Dispatcher, markNodesUnknown.) */
  private leaderIsBack(): void {
    const { store } = this.parts;
    const { nowUs } = this.clock;
    store.write(() => {
      for (const node of store.allNodes()) {
        if (node.status === 'down') {
          this.orphans.nodeIsDown(node.id);
          continue;
        }
        const session = this.all[node.id];
        session.silentSinceUs = nowUs;
        this.expireAt(session, nowUs + session.heartbeats.draw() * this.values.unknownGrace);
        const message = 'Node moved to "unknown" state due to leadership change in cluster';
        store.updateNode(node, { status: 'unknown', message });
      }
    });
    for (const session of this.all) {
      session.canPass = this.canPass(session.node);
      // Nobody listens where there is no leader: attempts fail at once.
      if (session.canPass && !session.isEngineDown) this.seek(session, 0);
    }
  }
}
