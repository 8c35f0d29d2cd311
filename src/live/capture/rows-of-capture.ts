import { NODE_LABEL } from '../labels.ts';
import { blankRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { CapturedContainer, CapturedHistory } from './captured-history.ts';
import type { CapturedRequest, CapturedRequests } from './captured-requests.ts';
import { ownerOfContainer } from './owner-of-container.ts';
import { processName, stayName } from './stay-name.ts';

/** A part of a container's history that becomes one pod. */
export interface CapturedStay extends CapturedRequest {
  readonly name: string;
  readonly container: CapturedContainer;
  readonly fromUs: number;
  /** Infinity: to the end of the capture and beyond. */
  readonly untilUs: number;
}

/**
 * Every stay of every container in one state; removal has none. Only a container with a process holds CPU and memory; a
 * stay is cut where its limits change.
 */
export function staysOf(history: CapturedHistory, requests: CapturedRequests): CapturedStay[] {
  return inOrder(
    history.containers.flatMap((container) => {
      let place = 0;
      return container.states.flatMap(({ atUs, state }, k): CapturedStay[] => {
        if (state === 'removed') return [];
        const endUs = container.states[k + 1]?.atUs ?? Infinity;
        const isAlive = state === 'running' || state === 'paused';
        const cuts = isAlive ? container.limits.map((one) => one.atUs).filter((cut) => cut > atUs && cut < endUs) : [];
        return [atUs, ...cuts].map((fromUs, part) => ({
          name: stayName(container.key, place++, state),
          container,
          fromUs,
          untilUs: cuts[part] ?? endUs,
          ...(isAlive ? requests.at(container, fromUs) : { cpuMilli: 0, memBytes: 0 }),
        }));
      });
    }),
  );
}

/** Every process, from its start to its end, with the most that its limits were. */
export function processesOf(history: CapturedHistory, requests: CapturedRequests): CapturedStay[] {
  return inOrder(
    history.containers.flatMap((container) =>
      container.runs.map(({ fromUs, untilUs = Infinity }, k): CapturedStay => {
        const times = [
          fromUs,
          ...container.limits.map((one) => one.atUs).filter((atUs) => atUs > fromUs && atUs < untilUs),
        ];
        const asked = times.map((atUs) => requests.at(container, atUs));
        return {
          name: processName(container.key, k),
          container,
          fromUs,
          untilUs,
          cpuMilli: Math.max(...asked.map((one) => one.cpuMilli)),
          memBytes: Math.max(...asked.map((one) => one.memBytes)),
        };
      }),
    ),
  );
}

/** Stays as pods. `isPinned`: each only fits the node where it was. */
export function podsOf(history: CapturedHistory, stays: readonly CapturedStay[], isPinned: boolean): PodSource {
  let next = 0;
  return {
    next(row: PodRow) {
      const stay = stays[next++];
      if (stay === undefined) return false;
      const { container, name, fromUs, untilUs, cpuMilli, memBytes } = stay;
      const request: PodRequest = {
        cpuMilli,
        memBytes,
        ...(isPinned && { nodeSelector: { [NODE_LABEL]: history.nodes[container.node].name } }),
      };
      Object.assign(row, blankRow(), {
        name,
        arrivesUs: fromUs,
        runsUs: untilUs === Infinity ? Infinity : untilUs - fromUs,
        user: ownerOfContainer(container).name,
        request,
      });
      return true;
    },
  };
}

/** In order of arrival, as a trace must be; stays of one container keep their order. */
function inOrder(stays: readonly CapturedStay[]): CapturedStay[] {
  return [...stays].sort((a, b) => a.fromUs - b.fromUs);
}
