import type { PodImage } from '../replay/container-spec.ts';
import type { ReplayScript, ScriptPod } from '../script/replay-script.ts';
import { userImageFor, type UserImages } from './user-images.ts';
import { WORKLOAD_PORT, workloadCommand } from './workload-command.ts';
import { workloadOrdersOf, type ActingOptions } from './workload-orders-of.ts';

interface PodImageOptions extends ActingOptions {
  /** Reference of our own workload's image, as `ensureWorkload` returned it. */
  readonly workloadImage: string;
  readonly userImages?: UserImages;
}

/** What the container of each pod runs: the user's image for its workload, or our own with orders for this pod. */
export function podImages(
  script: ReplayScript,
  options: PodImageOptions,
): (pod: ScriptPod, place: number) => PodImage & { readonly readyPath?: string } {
  const ordersOf = workloadOrdersOf(script, options);
  return (pod, place) =>
    userImageFor(options.userImages ?? new Map(), pod.workload) ?? {
      image: options.workloadImage,
      command: workloadCommand(ordersOf(place)),
      ports: [WORKLOAD_PORT],
    };
}
