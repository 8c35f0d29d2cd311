import type { AppProcess } from './app-model.ts';
import type { ServiceLosses } from './loss-book.ts';

const STAND_IN = 'busybox:stable';

/** The image of a container, for dialects in which everything runs in one; programs of the machine get a stand-in. */
export function imageOf({ image }: AppProcess, losses: ServiceLosses): string {
  if (image !== '') return image;
  losses.near('image', 'none', `a program of the machine; ${STAND_IN} stands in for an image that contains it`);
  return STAND_IN;
}
