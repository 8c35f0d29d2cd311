import { parentPort, workerData } from 'node:worker_threads';
import { inlineMore } from './inline-more.ts';
import { fgdRun, fgdTrace } from '../reproduce/fgd-run.ts';
import type { FgdTask } from './fgd-campaign.ts';

inlineMore();
const { nodes, pods, policy, ratio, seeds } = workerData as FgdTask;
const trace = fgdTrace(nodes, pods);
for (const seed of seeds) parentPort!.postMessage(fgdRun(trace, policy, ratio, seed));
