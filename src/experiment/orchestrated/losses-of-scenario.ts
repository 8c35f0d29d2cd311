import type { OrchestratorName } from '../../orchestrators/orchestrator.ts';
import type { ScenarioPlan } from '../scenario/scenario-plan.ts';

/** What of a scenario has no meaning once an orchestrator of its own runs it, each a sentence for the report. */
export function lossesOfScenario({ policies, jobs, cluster }: ScenarioPlan, name: OrchestratorName): string[] {
  const losses: string[] = [];
  const unused = (['vertical', 'nodes', 'overcommit', 'deployment', 'detection'] as const).filter(
    (field) => policies[field] !== undefined && policies[field] !== null,
  );
  if (unused.length > 0)
    losses.push(`${name} decides by itself, so these policies of the scenario mean nothing here: ${unused.join(', ')}`);
  if (jobs !== undefined && Object.keys(jobs).length > 0)
    losses.push(`jobs of traces are not run under ${name}: ${Object.keys(jobs).join(', ')}`);
  if (typeof cluster !== 'string' && typeof cluster.groups !== 'string') {
    const grow = Object.entries(cluster.groups).filter(([, { count, max }]) => max !== undefined && max !== count);
    if (grow.length > 0)
      losses.push(
        `the fleet is the same for all: groups stay at their first size (${grow.map(([group]) => group).join(', ')})`,
      );
  }
  return losses;
}
