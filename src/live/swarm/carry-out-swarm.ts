import { RUN_LABEL, ROLE_LABEL, OWNER_LABEL } from '../labels.ts';
import { ownerText, thisOwner } from '../safety/lock-owner.ts';
import { pause } from '../pause.ts';
import { sentenceOf } from '../sentence-of.ts';
import { userImageFor } from '../workload/user-images.ts';
import { AVAILABILITY_LABEL, AVAILABILITY_OF } from './node-availability.ts';
import { isJob, pinnedSteps, type PinnedStep } from './pinned-steps.ts';
import { serviceBody } from './service-body.ts';
import type { SwarmApi } from './swarm-api.ts';
import type { SwarmReplay } from './swarm-replay.ts';
import type { SwarmRun } from './swarm-run.ts';
import type { SwarmTarget } from './swarm-target.ts';
import { changedServices, wantedAfter, wantedAtFirst, type WantedServices } from './wanted-stack.ts';
import { watchSwarm } from './watch-swarm.ts';

/** What a real swarm did. */
export interface SwarmMeasured {
  readonly run: SwarmRun;
  /** When each step had been asked for. */
  readonly stepsUs: readonly number[];
  readonly troubles: readonly string[];
  readonly isCutOff: boolean;
}

interface Making {
  readonly replay: SwarmReplay;
  readonly predicted: SwarmRun;
  readonly target: SwarmTarget;
  readonly api: SwarmApi;
  readonly signal: AbortSignal;
  readonly onStep?: (text: string) => void;
}

/** Does to a real swarm what was done to the simulated one, in real time, and watches it. Removes nothing. */
export async function carryOutSwarm({
  replay,
  predicted,
  target,
  api,
  signal,
  onStep,
}: Making): Promise<SwarmMeasured> {
  const network = await sharedNetwork(api, replay);
  const services = new RealServices(api, replay, target, network);
  const watch = watchSwarm(api, {
    nodes: target.nodes.map(({ ID }) => ID),
    workloadOf: (id) => services.workloadOf(id),
    label: `${RUN_LABEL}=${replay.runId}`,
  });
  const troubles: string[] = [];
  const stepsUs: number[] = [];
  const attempt = async (text: string, task: () => Promise<void>): Promise<void> => {
    try {
      await task();
    } catch (error) {
      troubles.push(`${text}: ${sentenceOf(error)}`);
    }
  };
  const first = wantedAtFirst(replay.files);
  const deeds: { atUs: number; text: string; isStep: boolean; task: () => Promise<void> }[] = [];
  if (replay.mode === 'free') {
    deeds.push({ atUs: 0, text: 'deploy', isStep: false, task: () => services.change(new Map(), first) });
    let wanted = first;
    for (const { atUs, text, change } of replay.steps) {
      const [before, after] = [wanted, wantedAfter(wanted, change)];
      wanted = after;
      const task = async (): Promise<void> => {
        await services.change(before, after);
        if ('machine' in change) await services.setAvailability(change.machine, AVAILABILITY_OF[change.verb]);
      };
      deeds.push({ atUs, text, isStep: true, task });
    }
  } else {
    const jobs: WantedServices = new Map([...first].filter(([, spec]) => isJob(spec)));
    deeds.push({ atUs: 0, text: 'jobs', isStep: false, task: () => services.change(new Map(), jobs) });
    for (const { atUs, text } of replay.steps) deeds.push({ atUs, text, isStep: true, task: async () => {} });
    for (const step of pinnedSteps(predicted, first, replay.steps))
      deeds.push({
        atUs: step.atUs,
        text: `${step.workload} on ${target.machines[step.machine].name}`,
        isStep: false,
        task: () => services.pin(step),
      });
    deeds.sort((a, b) => a.atUs - b.atUs);
  }
  for (const { atUs, text, isStep, task } of deeds) {
    await pause(Math.max(0, (atUs - watch.nowUs()) / 1000), signal);
    if (signal.aborted) break;
    if (isStep) {
      stepsUs.push(watch.nowUs());
      onStep?.(text);
    }
    await attempt(text, task);
  }
  await pause(Math.max(0, (replay.durationUs - watch.nowUs()) / 1000), signal);
  await watch.end();
  return { run: watch.run(), stepsUs, troubles: [...troubles, ...watch.troubles], isCutOff: signal.aborted };
}

/** An overlay for those services that are on one, since a task on one is given two seconds more before it is stopped. */
async function sharedNetwork(api: SwarmApi, { runId, files }: SwarmReplay): Promise<string | undefined> {
  if (![...wantedAtFirst(files).values()].some(({ onOverlay }) => onOverlay)) return undefined;
  return api.createNetwork({
    Name: `baton-${runId}`,
    Driver: 'overlay',
    CheckDuplicate: true,
    Labels: { [RUN_LABEL]: runId, [ROLE_LABEL]: 'node', [OWNER_LABEL]: ownerText(thisOwner()) },
  });
}

/** The services of a replay that are on the swarm, by their names there. */
class RealServices {
  private readonly workloads = new Map<string, string>();
  private readonly ids = new Map<string, string>();
  private readonly api: SwarmApi;
  private readonly replay: SwarmReplay;
  private readonly target: SwarmTarget;
  private readonly network: string | undefined;

  constructor(api: SwarmApi, replay: SwarmReplay, target: SwarmTarget, network: string | undefined) {
    this.api = api;
    this.replay = replay;
    this.target = target;
    this.network = network;
  }

  workloadOf(id: string): string | undefined {
    return this.workloads.get(id);
  }

  /** Makes, changes and removes what differs. */
  async change(before: WantedServices, after: WantedServices): Promise<void> {
    for (const name of changedServices(before, after)) {
      const spec = after.get(name);
      const real = this.nameOf(name);
      if (spec === undefined) {
        const id = this.ids.get(real);
        if (id !== undefined) await this.api.removeService(id);
        this.ids.delete(real);
      } else await this.put(real, name, this.body(spec, real));
    }
  }

  /** So many tasks of a version on one node. */
  async pin({ workload, version, machine, count, spec }: PinnedStep): Promise<void> {
    const host = this.target.machines[machine].name;
    const real = this.nameOf(`${workload}-${version}-${machine}`);
    if (count === 0 && !this.ids.has(real)) return;
    const pinned = { ...spec, mode: 'replicated' as const, replicas: count, maxConcurrent: 0 };
    await this.put(real, workload, this.body(pinned, real, host));
  }

  async setAvailability(hostname: string, availability: 'drain' | 'pause' | 'active'): Promise<void> {
    const node = (await this.api.nodes()).find(({ Description }) => Description.Hostname === hostname);
    if (node === undefined) throw new Error(`${hostname} has left the swarm`);
    const { Labels, Availability } = node.Spec;
    const before = Labels[AVAILABILITY_LABEL] ?? `${this.replay.runId} ${Availability}`;
    await this.api.updateNode(node, {
      ...node.Spec,
      Availability: availability,
      Labels: { ...Labels, [AVAILABILITY_LABEL]: before },
    });
  }

  private nameOf(workload: string): string {
    return `baton-${this.replay.runId.slice(0, 8)}-${workload}`.slice(0, 63);
  }

  private body(spec: Parameters<typeof serviceBody>[0], name: string, pinnedTo?: string): object {
    const image = userImageFor(this.replay.images, spec.name);
    return serviceBody(spec, {
      runId: this.replay.runId,
      name,
      ...(image !== undefined && { image }),
      ...(this.network !== undefined && spec.onOverlay && { network: this.network }),
      ...(pinnedTo !== undefined && { pinnedTo }),
    });
  }

  private async put(real: string, workload: string, body: object): Promise<void> {
    const known = this.ids.get(real);
    if (known === undefined) {
      const id = await this.api.createService(body);
      this.ids.set(real, id);
      this.workloads.set(id, workload);
      return;
    }
    // The swarm itself may change a service between the look and the update.
    for (let tries = 1; ; tries++) {
      const service = (await this.api.services({ [RUN_LABEL]: this.replay.runId })).find(({ ID }) => ID === known);
      if (service === undefined) throw new Error(`service ${real} has been removed by somebody else`);
      try {
        await this.api.updateService(service, body);
        return;
      } catch (error) {
        if (tries >= 4 || !/out of sequence/.test(sentenceOf(error))) throw error;
      }
    }
  }
}
