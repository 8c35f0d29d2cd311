import type { PodRequest } from '../pod-request.ts';

/** What a machine has left. */
export interface Room {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly storageBytes: number;
  readonly gpusWholeFree: number;
  readonly extended: (name: string) => number;
}

/** Whether the request fits into so much room. A share of a GPU counts as a whole one. */
export function roomFor(request: PodRequest, room: Room): boolean {
  return (
    request.cpuMilli <= room.cpuMilli &&
    request.memBytes <= room.memBytes &&
    (request.storageBytes ?? 0) <= room.storageBytes &&
    (request.gpuCount ?? 0) <= room.gpusWholeFree &&
    Object.entries(request.extended ?? {}).every(([name, amount]) => amount <= room.extended(name))
  );
}
