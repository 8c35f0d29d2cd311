import { durationSquaredCv } from '../../duration-spec.ts';
import type { RequestService } from '../request-service.ts';

/** The chain that stands for a service. */
export interface FluidKind {
  /** One chain for all replicas together, with all their places, or one of a typical replica. */
  readonly pooled: boolean;
  /** Replicas compared; 1: none. */
  readonly choices: number;
  /** So few replicas that the queues of those compared depend on each other. */
  readonly dependent: boolean;
  /** Ticks of the arrival clock. */
  readonly ticks: number;
  /** What the phases are fitted to. */
  readonly squaredCv: number;
}

/** Up to so many places a service that always takes the least loaded replica is one pool. */
export const MOST_POOLED = 400;
/** Replicas looked at, when all are. */
const MOST_CHOICES = 100;

/** From so many replicas on two that are compared are as good as independent. */
const INDEPENDENT = 500;

/** The chain for a service with so many replicas that take requests. */
export function fluidKind(
  service: RequestService,
  replicas: number,
  squaredCv: number = durationSquaredCv(service.work),
): FluidKind {
  const finite = Math.min(squaredCv, 1000);
  const plain = { pooled: false, choices: 1, dependent: false, ticks: 1, squaredCv: finite };
  const { fluid } = service.balancing;
  if (fluid === undefined || replicas <= 1) return plain;
  switch (fluid.kind) {
    case 'random':
      return plain;
    case 'choices':
      return {
        ...plain,
        choices: Math.max(1, fluid.choices ?? 2),
        dependent: (fluid.choices ?? 2) > 1 && replicas < INDEPENDENT,
      };
    case 'least':
      if (replicas * service.concurrency <= MOST_POOLED) return { ...plain, pooled: true };
      return { ...plain, choices: Math.min(replicas, MOST_CHOICES) };
    case 'round-robin': {
      // Fewer ticks than replicas make arrivals less regular than they are; what is added to their variance is taken
      // from that of service, since queues feel the sum of both (Kingman 1961).
      const ticks = Math.min(replicas, finite > 1.5 ? 4 : finite > 0.5 ? 8 : 10);
      return { ...plain, ticks, squaredCv: Math.max(0, finite - (1 / ticks - 1 / replicas)) };
    }
    default:
      return fluid.kind satisfies never;
  }
}
