import { describe, expect, test } from 'vitest';
import { FEATURES, type FeatureName } from './features.ts';
import { aboutOrchestrator } from './index.ts';
import { ORCHESTRATORS } from './orchestrator.ts';
import { DIALECT_OF } from './translate/files-of-app.ts';
import { translationTable } from './translate/translation-table.ts';

/** What the writers of files can say in an orchestrator's own words, for the features that files say. */
const SAID_AS: Readonly<Partial<Record<FeatureName, string>>> = {
  'spread-over-zones': 'spread over zones',
  'resource-reservations': 'request: CPU and memory',
  'generic-resources': 'GPUs',
  'placement-constraints': 'constraint: one value',
  'replica-limit-per-machine': 'one replica a machine',
  priorities: 'priority',
  daemons: 'daemon: one on every machine',
  'batch-jobs': 'job: completions at once',
  'scheduled-jobs': 'schedule',
  'start-order': 'start after another service',
  'rolling-update': 'update: so many at a time',
  'start-first': 'update: start before stop',
  canary: 'update: canaries',
  'automatic-rollback': 'update: rollback of a failed one',
  'restart-backoff': 'restart: growing delay',
  'health-checks': 'health check: command',
  'replica-autoscaling': 'autoscaling: CPU',
  'disruption-budgets': 'disruption budget',
};

/** Said otherwise, each for a reason: the feature is there, but no field of a service says it (or only one that is near). */
const OTHERWISE: ReadonlySet<string> = new Set([
  // The kubelet's backoff, Swarm's and Amazon's throttle are nobody's to set.
  'kubernetes restart-backoff',
  'swarm restart-backoff',
  'ecs restart-backoff',
  // Within a pod or a task; between services there is none.
  'kubernetes start-order',
  'ecs start-order',
  'nomad start-order',
  // minimumHealthyPercent holds for drains as well; it is written for updates.
  'ecs disruption-budgets',
]);

const table = translationTable();

describe.each(ORCHESTRATORS)('what %s is said to have', (name) => {
  const { features } = aboutOrchestrator(name);

  test('every feature of the matrix is answered, with the means or what people do instead', () => {
    expect(Object.keys(features)).toEqual(Object.keys(FEATURES));
    for (const [feature, { by }] of Object.entries(features)) expect(by, feature).not.toBe('');
  });

  test.each(Object.entries(SAID_AS) as [FeatureName, string][])('%s: its files can say it', (feature, said) => {
    const row = table.find((one) => one.feature === said);
    const { has } = features[feature];
    if (OTHERWISE.has(`${name} ${feature}`)) {
      expect(row?.cells[DIALECT_OF[name]].verdict).toBe('no');
      expect(['yes', 'partly']).toContain(has);
      return;
    }
    const verdict = row?.cells[DIALECT_OF[name]].verdict;
    const allowed = {
      yes: ['yes', 'near'],
      partly: ['yes', 'near'],
      no: ['no', 'near'],
      outside: ['no', 'near', 'yes'],
    };
    expect(allowed[has], `${has}, and files say it: ${verdict}`).toContain(verdict);
  });
});

test('each constant has a unit, a meaning and a source, and says whether it was chosen by us', () => {
  for (const name of ORCHESTRATORS)
    for (const [constant, { value, meaning, source, isModellingChoice }] of Object.entries(
      aboutOrchestrator(name).constants,
    )) {
      const about = `${name} ${constant}`;
      expect(Number.isFinite(value), about).toBe(true);
      expect(meaning, about).not.toBe('');
      expect(source, about).not.toBe('');
      expect(typeof isModellingChoice, about).toBe('boolean');
    }
});
