import type { NomadConstraint, NomadGroup } from '../jobs/nomad-jobs.ts';
import { isGpu } from '../jobs/job-resources.ts';
import type { JobVersion } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import { isUnique } from './node-attributes.ts';
import { meets, targetName, targetValue } from './operators.ts';
import type { Standing } from './standing.ts';

/** All constraints of a group: the job's, its own and its tasks'. */
export function constraintsOf({ job }: JobVersion, group: NomadGroup): readonly NomadConstraint[] {
  return [...job.constraints, ...group.constraints, ...group.tasks.flatMap((task) => task.constraints)];
}

/** `distinct_hosts` or `distinct_property`, and whose allocations it counts. */
export interface DistinctConstraint extends NomadConstraint {
  readonly of: 'job' | 'group';
}

/** Whether nodes of a computed class will do, remembered by class as upstream does (feasible.go, `FeasibilityWrapper`). */
export class ClassFeasibility {
  /** By class: '' it will do; else why not. */
  readonly verdicts = new Map<string, string>();
  /** A constraint is about single nodes, so classes say nothing. */
  readonly escaped: boolean;
  /** Constraints about where other allocations of the job, or of the group, are. */
  readonly distinct: readonly DistinctConstraint[];
  private readonly constraints: readonly NomadConstraint[];
  private readonly needsGpu: boolean;
  private readonly missingDevice: string | undefined;

  constructor(of: JobVersion, group: NomadGroup) {
    this.constraints = constraintsOf(of, group);
    const own = new Set(of.job.constraints);
    this.distinct = this.constraints
      .filter(
        ({ operator, value }) =>
          operator === 'distinct_property' || (operator === 'distinct_hosts' && value !== 'false'),
      )
      .map((constraint) => ({ ...constraint, of: own.has(constraint) ? 'job' : 'group' }));
    this.escaped = this.constraints.some(({ attribute, value }) =>
      [attribute, value].some((target) => isUnique(targetName(target) ?? '')),
    );
    const devices = group.tasks.flatMap((task) => task.devices);
    this.needsGpu = devices.some(({ name }) => isGpu(name));
    this.missingDevice = devices.find(({ name }) => !isGpu(name))?.name;
  }

  /** Why a node will never do; '': it may. */
  refusal(node: ServerNode): string {
    const known = this.escaped ? undefined : this.verdicts.get(node.computedClass);
    if (known !== undefined) return known;
    const verdict = this.check(node);
    if (!this.escaped) this.verdicts.set(node.computedClass, verdict);
    return verdict;
  }

  private check({ attributes, spec }: ServerNode): string {
    for (const constraint of this.constraints) if (!meets(constraint, attributes)) return constraintText(constraint);
    if (this.missingDevice !== undefined || (this.needsGpu && spec.gpuCount === 0)) return 'missing devices';
    return '';
  }
}

export const constraintText = ({ attribute, operator, value }: NomadConstraint): string =>
  [attribute, operator, value].filter((part) => part !== '').join(' ');

/** Constraints about where a job's other allocations are; '': the node will do. */
export function distinctRefusal(node: ServerNode, distinct: readonly DistinctConstraint[], standing: Standing): string {
  for (const { operator, value, attribute, of } of distinct) {
    if (operator === 'distinct_hosts') {
      if ((of === 'job' ? standing.ofJob : standing.ofGroup).has(node.number)) return 'distinct_hosts';
      continue;
    }
    const here = targetValue(attribute, node.attributes);
    if (here === undefined) return `missing property ${attribute}`;
    const same = standing.values(of, attribute).get(here) ?? 0;
    if (same >= Math.max(1, Number(value) || 1)) return `distinct_property ${attribute}=${here}`;
  }
  return '';
}
