import type { NewObject } from '../../api/api-server.ts';
import type { NodePool } from '../../objects/autoscaling.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { parseGoDurationUs } from '../fields/time-text.ts';
import { readLabels, requiredOperator, type NewMeta } from './metadata.ts';
import { readTaints } from './node.ts';
import { requireSpec } from './workloads.ts';

const POOL = fieldNames('weight limits template disruption', 'replicas');
const TEMPLATE = fieldNames('metadata spec');
const TEMPLATE_SPEC = fieldNames(
  'requirements taints expireAfter',
  'nodeClassRef startupTaints terminationGracePeriod kubelet resources',
);
const REQUIREMENT = fieldNames('key operator values', 'minValues');
const DISRUPTION = fieldNames('consolidationPolicy consolidateAfter budgets expireAfter');
const BUDGET = fieldNames('nodes reasons schedule duration');
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'] as const;
/** 720 h. */
const EXPIRES_AFTER_US = 2_592_000_000_000;

/** A NodePool of karpenter.sh/v1 in outline, with the defaults of `pkg/apis/v1/nodepool.go`. */
export function readNodePool(field: Field, metadata: NewMeta): NewObject<NodePool> {
  const spec = requireSpec(field, POOL);
  const template = spec.child('template');
  template.isMap(TEMPLATE);
  const nodes = template.child('spec');
  nodes.isMap(TEMPLATE_SPEC);
  const disruption = spec.child('disruption');
  disruption.isMap(DISRUPTION);
  // v1beta1 had the expiry among the rules of disruption, and another name for the policy.
  const expiry = nodes.child('expireAfter').present ? nodes.child('expireAfter') : disruption.child('expireAfter');
  const budgets = disruption.child('budgets').items().map(readBudget);
  const policy = disruption.child('consolidationPolicy');
  return {
    kind: 'NodePool',
    metadata,
    spec: {
      weight: spec.child('weight').whole(0, 0, 100),
      limits: spec.child('limits').resources(),
      template: {
        labels: readLabels(template.child('metadata').child('labels')),
        requirements: nodes
          .child('requirements')
          .items()
          .map((item) => {
            item.isMap(REQUIREMENT);
            return {
              key: item.child('key').requiredText(),
              operator: requiredOperator(item.child('operator'), OPERATORS),
              values: item.child('values').texts(),
            };
          }),
        taints: readTaints(nodes.child('taints')).map(({ key, value, effect }) => ({ key, value, effect })),
        expireAfterUs: readDuration(expiry, EXPIRES_AFTER_US),
      },
      disruption: {
        consolidationPolicy:
          policy.value === 'WhenUnderutilized'
            ? 'WhenEmptyOrUnderutilized'
            : policy.oneOf(['WhenEmpty', 'WhenEmptyOrUnderutilized', 'Balanced'], 'WhenEmptyOrUnderutilized'),
        consolidateAfterUs: readDuration(disruption.child('consolidateAfter'), 0),
        budgets: budgets.length > 0 ? budgets : [{ nodes: '10%', reasons: [] }],
      },
    },
  };
}

function readBudget(field: Field): NodePool['spec']['disruption']['budgets'][number] {
  field.isMap(BUDGET);
  const schedule = field.child('schedule').text();
  const duration = field.child('duration');
  if ((schedule !== '') !== duration.present)
    field.fault('schedule and duration belong together; write both or neither');
  const nodes = field.child('nodes').present ? String(field.child('nodes').optionalIntOrPercentText()) : '10%';
  return {
    nodes,
    reasons: field.child('reasons').texts(),
    ...(schedule !== '' && { schedule }),
    ...(duration.present && { durationUs: readDuration(duration, 0) }),
  };
}

/** A Go duration; `Never` is Infinity. */
function readDuration(field: Field, fallbackUs: number): number {
  const text = field.optionalText();
  if (text === undefined || text === '') return fallbackUs;
  if (text === 'Never') return Infinity;
  const us = parseGoDurationUs(text);
  if (us === undefined) field.fault(`"${text}" is not a duration; write it like "30s", "1h30m" or "Never"`);
  return us ?? fallbackUs;
}
