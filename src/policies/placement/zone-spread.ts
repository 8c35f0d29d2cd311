import type { BuiltInPlacement } from './built-in.ts';
import { freeShareAfter } from './shares.ts';

const NAME = 'zone-spread';
const SUMMARY = "the zone with the fewest of the owner's pods, there the node with the fewest, then the emptiest";
const SOURCE = 'Kubernetes pod topology spread, Amazon ECS spread(attribute:ecs.availability-zone)';
/** One pod more in the zone outweighs any number on a node, and one on the node any free share (at most 3). */
const ZONE_WEIGHT = 1e6;
const NODE_WEIGHT = 10;

/**
 * Zone spread: of an owner (a service, a user) each zone gets an equal number of pods, and within it each node. The
 * loss of a zone then takes only its share of every service; the price is pods far apart and nodes half full.
 */
export const zoneSpread: BuiltInPlacement = {
  name: NAME,
  summary: SUMMARY,
  source: SOURCE,
  create: (context) => {
    const owners = context.owners?.();
    return {
      name: NAME,
      summary: SUMMARY,
      source: SOURCE,
      reads: 'cluster',
      score: (pod, node) => {
        const inZone = owners?.inZoneOf(pod.user, node.id) ?? 0;
        const onNode = owners?.onNode(pod.user, node.id) ?? 0;
        return freeShareAfter(pod, node) - inZone * ZONE_WEIGHT - onNode * NODE_WEIGHT;
      },
    };
  },
};
