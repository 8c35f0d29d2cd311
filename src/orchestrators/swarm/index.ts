import type { LoopOptions, Orchestrator } from '../orchestrator.ts';
import type { SwarmStrategy } from './classic/strategies.ts';
import { readStack } from './compose/read-stack.ts';
import { SWARM_CONSTANTS } from './constants.ts';
import { SWARM_FEATURES } from './features.ts';
import { SwarmLoop } from './swarm-loop.ts';
import type { SwarmStack } from './swarm-spec.ts';

export { SWARM_STRATEGIES, type SwarmStrategy } from './classic/strategies.ts';

/** Docker Swarm that chooses nodes by this strategy. */
export function swarmWith(strategy: SwarmStrategy): Orchestrator<SwarmStack> {
  return {
    name: 'swarm',
    title: strategy === 'swarmkit' ? 'Docker Swarm' : `Docker Swarm (${strategy})`,
    constants: SWARM_CONSTANTS,
    features: SWARM_FEATURES,
    read: (files) => readStack(files),
    loop: (stack: SwarmStack, options: LoopOptions) => (plane) =>
      new SwarmLoop(plane, stack, { ...options, strategy }, (files) => readStack(files)),
  };
}

/** Docker Swarm as SwarmKit is. */
export const swarm: Orchestrator<SwarmStack> = swarmWith('swarmkit');
