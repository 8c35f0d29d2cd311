import { spread } from './spread.ts';

/**
 * Zone spread: of an owner (a service, a user) each zone gets an equal number of pods, and within it each node. The
 * loss of a zone then takes only its share of every service; the price is pods far apart and nodes half full.
 */
export const zoneSpread = spread(
  {
    name: 'zone-spread',
    summary: "the zone with the fewest of the owner's pods, there the node with the fewest, then the emptiest",
    source: 'Kubernetes pod topology spread, Amazon ECS spread(attribute:ecs.availability-zone)',
  },
  { zone: 1e6, node: 10 },
);
