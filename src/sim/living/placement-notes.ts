import { explainDecision } from '../explain.ts';
import type { Simulation } from '../simulation.ts';
import type { World } from './world.ts';

/** Explaining looks at every node: a run explains no more placements than this, and looks at no more nodes for it. */
const MOST_EXPLAINED = 2000;
const MOST_LOOKS = 200_000;
/** Runners-up that are named. */
const NAMED = 3;

/** Writes down why each replica went where it did, or why it found no room. */
export class PlacementNotes {
  private readonly world: World;
  private readonly most: number;
  private explained = 0;

  constructor(world: World) {
    this.world = world;
    this.most = Math.min(MOST_EXPLAINED, Math.ceil(MOST_LOOKS / Math.max(1, world.nodes.count)));
  }

  /** The scheduler has chosen a node for a replica, or none (-1); nothing has been carried out yet. */
  note(simulation: Simulation, slot: number, node: number, service: string): void {
    const { world } = this;
    // A pod that waits is tried again and again; its first failure says why.
    if ((node < 0 && simulation.pods.isQueued(slot)) || this.explained >= this.most) return;
    this.explained++;
    const { nodes, pod, policy } = explainDecision(simulation, slot, node);
    const there = nodes.filter(({ id }) => world.nodes.bought[id] === 1);
    const fitting = there.filter(({ objections }) => objections.length === 0);
    const obstacles = new Map<string, number>();
    for (const { objections } of there)
      if (objections.length > 0) obstacles.set(objections[0].rule, (obstacles.get(objections[0].rule) ?? 0) + 1);
    const best = fitting
      .slice(0, NAMED)
      .map(({ node: name, score }) => (score === undefined ? name : `${name} ${Math.round(score * 1000) / 1000}`));
    const sentences = [
      `${fitting.length} of ${there.length} nodes fit`,
      ...(best.length > 0 ? [`best by ${policy}: ${best.join(', ')}`] : []),
      ...[...obstacles].map(([rule, count]) => `${count} x ${rule}`),
    ];
    world.decided({
      by: 'scheduler',
      policy,
      about: service,
      what: node < 0 ? `${pod} waits: no node has room` : `${pod} -> ${simulation.cluster.specs[node].name}`,
      why: sentences.join('; '),
    });
  }
}
