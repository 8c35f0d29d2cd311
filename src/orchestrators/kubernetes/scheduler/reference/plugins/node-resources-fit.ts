import { isExtendedResource } from '../../../objects/resource-names.ts';
import type { SchedulerProfile } from '../../scheduler-profile.ts';
import { type FilterPlugin, resolvable, type ScorePlugin, unresolvable } from '../plugin.ts';
import type { ReferenceNode } from '../reference-node.ts';
import { resourceShares } from '../resource-shares.ts';
import { strategyScore } from '../resource-strategies.ts';

const NAME = 'NodeResourcesFit';

/**
 * What the pod asks for must be free on the node: allocatable less what its pods ask for (upstream
 * plugins/noderesources/fit.go). All shortages are reasons. A request beyond what the node has even when it is empty
 * makes the whole rejection one that preemption cannot help.
 */
export const nodeResourcesFitFilter: FilterPlugin = {
  name: NAME,
  prepare({ info }, { profile }) {
    const wanted = info.resources;
    const scalars = wanted.scalars.filter(({ name }) => !isIgnored(name, profile));
    return {
      judge({ allocatable, requested, pods }: ReferenceNode) {
        const reasons: string[] = [];
        let beyond = false;
        const check = (name: string, amount: number, has: number, used: number): void => {
          if (amount === 0 || amount <= has - used) return;
          reasons.push(`Insufficient ${name}`);
          if (amount > has) beyond = true;
        };
        if (pods.length + 1 > allocatable.pods) reasons.push('Too many pods');
        check('cpu', wanted.cpuMilli, allocatable.cpuMilli, requested.cpuMilli);
        check('memory', wanted.memBytes, allocatable.memBytes, requested.memBytes);
        check('ephemeral-storage', wanted.ephemeralBytes, allocatable.ephemeralBytes, requested.ephemeralBytes);
        for (const { name, amount } of scalars)
          check(name, amount, allocatable.scalars.get(name) ?? 0, requested.scalars.get(name) ?? 0);
        if (reasons.length === 0) return undefined;
        return beyond ? unresolvable(NAME, ...reasons) : resolvable(NAME, ...reasons);
      },
    };
  },
};

/** How free (or full) the node would be, by the profile's strategy. */
export const nodeResourcesFitScore: ScorePlugin = {
  name: NAME,
  prepare({ info }, _feasible, { profile }) {
    const names = profile.fit.resources.map((resource) => resource.name);
    return { score: (node) => strategyScore(profile.fit, resourceShares(names, info.resources, node, 'filled in')) };
  },
};

function isIgnored(name: string, profile: SchedulerProfile): boolean {
  if (!isExtendedResource(name)) return false;
  const group = name.slice(0, name.indexOf('/'));
  return (profile.ignoredResources ?? []).includes(name) || (profile.ignoredResourceGroups ?? []).includes(group);
}
