import { EVICT, FINISH, KILL, PLACE, REFUSE } from '../../sim/journal.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRow, PodSource } from '../../sim/pod-source.ts';
import { Simulation, type SimulationOptions } from '../../sim/simulation.ts';
import { FilmedPod } from './filmed-pod.ts';
import { RecordList, type JournalRecord } from './record-list.ts';
import type { ScriptNode } from './replay-script.ts';
import { ScriptBuilder, type PodDraft } from './script-builder.ts';

/** Follows pods on nodes: each runs from its place to its end, and is ready at once. Time 0 is the first arrival. */
export class PlacementCamera {
  readonly builder = new ScriptBuilder();
  readonly simulation: Simulation;
  private readonly records = new RecordList();
  private readonly films = new Map<number, FilmedPod>();
  /** Facts of the pods that have come and not been placed, by number. */
  private readonly waiting = new Map<number, PodDraft>();
  private read = 0;
  /** The run's time at the script's time 0. */
  private firstUs = 0;

  /** `options` are those of the run, without a journal. */
  constructor(options: SimulationOptions) {
    for (const node of options.nodes) this.builder.nodes.push(nodeFacts(node));
    if (options.nodes.some(({ gpuCount = 0 }) => gpuCount > 0))
      this.builder.note('GPUs are not given to containers; who got them in the simulation is replayed');
    this.simulation = new Simulation({
      ...options,
      pods: this.listening(options.pods),
      journal: this.records,
    });
  }

  step(): boolean {
    const goesOn = this.simulation.step();
    this.simulation.flushJournal();
    for (const record of this.records.take()) this.film(record);
    return goesOn;
  }

  /** Rows are numbered as they are read. */
  private listening(source: PodSource): PodSource {
    return {
      next: (row) => {
        if (!source.next(row)) return false;
        if (this.read === 0) this.firstUs = row.arrivesUs;
        this.waiting.set(this.read, draftOf(row, this.read));
        this.read++;
        return true;
      },
    };
  }

  private film({ kind, pod, node, timeUs }: JournalRecord): void {
    const atUs = timeUs - this.firstUs;
    switch (kind) {
      case REFUSE:
        this.waiting.delete(pod);
        return;
      case PLACE: {
        const film = new FilmedPod(this.builder, atUs, this.waiting.get(pod)!, node);
        film.ready(atUs);
        this.films.set(pod, film);
        this.waiting.delete(pod);
        return;
      }
      case FINISH:
      case EVICT:
      case KILL: {
        const film = this.films.get(pod);
        if (kind === FINISH) film?.finish(atUs);
        film?.gone(atUs, kind === EVICT ? 'evicted' : 'killed');
        this.films.delete(pod);
        this.waiting.delete(pod);
      }
    }
  }
}

function nodeFacts({ name, zone, cpuMilli, memBytes }: NodeSpec): ScriptNode {
  return { name, ...(zone !== undefined && { zone }), cpuMilli, memBytes, isThereAtStart: true };
}

function draftOf({ name, user, runsUs, request }: PodRow, number: number): PodDraft {
  return {
    name: name ?? `pod-${number}`,
    workload: user ?? 'pods',
    cpuMilli: request.cpuMilli,
    memBytes: request.memBytes,
    bootUs: 0,
    ...(runsUs !== Infinity && { runsUs }),
    exitCode: 0,
    restart: 'never',
  };
}
