import { aliasTable, type Sampler } from '../../sim/distributions.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { Amounts } from './machine-mix.ts';

/** A request and how often it is asked for. CPU, memory and GPUs go together in a row: they are not independent. */
export interface WeightedRequest {
  readonly weight: number;
  readonly request: PodRequest;
}

/** Draws requests by weight, always the same objects, so that they are recognised by identity. */
export class ShapeMix {
  /** What a pod asks for on average. */
  readonly mean: Amounts;
  private readonly rows: readonly WeightedRequest[];
  private readonly pick: Sampler;

  constructor(rows: readonly WeightedRequest[]) {
    this.rows = rows;
    this.pick = aliasTable(rows.map(({ weight }) => weight));
    const total = rows.reduce((sum, { weight }) => sum + weight, 0);
    const mean = { cpuMilli: 0, memBytes: 0, gpuMilli: 0 };
    for (const { weight, request } of rows) {
      mean.cpuMilli += (weight / total) * request.cpuMilli;
      mean.memBytes += (weight / total) * request.memBytes;
      mean.gpuMilli += (weight / total) * (request.gpuCount ?? 0) * (request.gpuMilli ?? 1000);
    }
    this.mean = mean;
  }

  draw(stream: RandomStream): PodRequest {
    return this.rows[this.pick(stream)].request;
  }
}

/** Amounts times a number. */
export function scaled(amounts: Amounts, factor: number): Amounts {
  return {
    cpuMilli: amounts.cpuMilli * factor,
    memBytes: amounts.memBytes * factor,
    gpuMilli: amounts.gpuMilli * factor,
  };
}
