import { expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { controlPlane, create } from '../../cluster-fixture.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import { budget } from '../workload-fixture.ts';
import { BudgetIndex } from './budget-index.ts';

test('whatever comes, goes and changes, the budgets found are those whose selectors match', () => {
  const labels = ['web', 'db', 'cache'].map((app) => ({ app }));
  const steps = fc.array(
    fc.record({
      name: fc.nat({ max: 4 }),
      app: fc.nat({ max: 2 }),
      verb: fc.constantFrom('create', 'remove', 'select'),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(steps, (history) => {
      const { api } = controlPlane();
      const budgets = api.store('PodDisruptionBudget');
      const index = new BudgetIndex(api);
      for (const { name, app, verb } of history) {
        const known = budgets.named('default', `b${name}`);
        if (verb === 'create' && known === undefined)
          create(api, 'PodDisruptionBudget', budget(`b${name}`, labels[app].app, { maxUnavailable: 1 }));
        else if (verb === 'remove' && known !== undefined) api.remove('PodDisruptionBudget', known.id);
        else if (verb === 'select' && known !== undefined)
          api.update('PodDisruptionBudget', known.id, {
            spec: { ...known.spec, selector: { matchLabels: labels[app] } },
          });
        for (const one of labels) {
          const matching = [...budgets.all()].filter(({ spec }) => matchesSelector(spec.selector, one));
          expect(index.selecting('default', one)).toEqual(matching.map(({ id }) => id));
          expect(index.selecting('elsewhere', one)).toEqual([]);
        }
      }
    }),
    { numRuns: 60 },
  );
});
