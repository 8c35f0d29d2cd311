import type { Lesson } from '../shipped-scenario.ts';
import { blackFriday } from './black-friday.ts';
import { capacityCrunch } from './capacity-crunch.ts';
import { dependencyCascade } from './dependency-cascade.ts';
import { fiveOrchestrators } from './five-orchestrators.ts';
import { kubernetesAutoscaling } from './kubernetes-autoscaling.ts';
import { kubernetesDrain } from './kubernetes-drain.ts';
import { kubernetesKarpenter } from './kubernetes-karpenter.ts';
import { kubernetesNodeLoss } from './kubernetes-node-loss.ts';
import { kubernetesPacking } from './kubernetes-packing.ts';
import { kubernetesPreemption } from './kubernetes-preemption.ts';
import { kubernetesRollingUpdate } from './kubernetes-rolling-update.ts';
import { liveBalancers } from './live-balancers.ts';
import { liveReplay } from './live-replay.ts';
import { livenessSpiral } from './liveness-spiral.ts';
import { noisyNeighbour } from './noisy-neighbour.ts';
import { retryStorm } from './retry-storm.ts';
import { rollingDeploy } from './rolling-deploy.ts';
import { scaleToZero } from './scale-to-zero.ts';
import { slowLeak } from './slow-leak.ts';
import { spotMarket } from './spot-market.ts';
import { staleBalancers } from './stale-balancers.ts';
import { worldCup1998 } from './world-cup-1998.ts';
import { zoneOutage } from './zone-outage.ts';

/** What each scenario that ships with Baton claims, by its name. */
export const LESSONS: ReadonlyMap<string, Lesson> = new Map([
  ['black-friday', blackFriday],
  ['capacity-crunch', capacityCrunch],
  ['dependency-cascade', dependencyCascade],
  ['five-orchestrators', fiveOrchestrators],
  ['kubernetes-autoscaling', kubernetesAutoscaling],
  ['kubernetes-drain', kubernetesDrain],
  ['kubernetes-karpenter', kubernetesKarpenter],
  ['kubernetes-node-loss', kubernetesNodeLoss],
  ['kubernetes-packing', kubernetesPacking],
  ['kubernetes-preemption', kubernetesPreemption],
  ['kubernetes-rolling-update', kubernetesRollingUpdate],
  ['live-balancers', liveBalancers],
  ['live-replay', liveReplay],
  ['liveness-spiral', livenessSpiral],
  ['noisy-neighbour', noisyNeighbour],
  ['retry-storm', retryStorm],
  ['rolling-deploy', rollingDeploy],
  ['scale-to-zero', scaleToZero],
  ['slow-leak', slowLeak],
  ['spot-market', spotMarket],
  ['stale-balancers', staleBalancers],
  ['world-cup-1998', worldCup1998],
  ['zone-outage', zoneOutage],
]);
