import type { PolicyFamily } from '../../policies/policy-family.ts';
import { InputError } from '../../sim/input-error.ts';
import { at } from './scenario-fault.ts';
import type { PoliciesText, ServiceChoices } from './policies-schema.ts';
import type { PolicyChoice } from './policy-choice.ts';
import { FAMILIES } from './families.ts';
import type { Path } from '../yaml-text.ts';

/** The policies of a scenario, made; what is about services is asked by name. */
export interface MadePolicies {
  balancing(service: string): ReturnType<(typeof FAMILIES.balancing)[number]['make']>;
  scaling(service: string): ReturnType<(typeof FAMILIES.scaling)[number]['make']>;
  vertical(service: string): ReturnType<(typeof FAMILIES.vertical)[number]['make']> | undefined;
  deployment(service: string): ReturnType<(typeof FAMILIES.deployment)[number]['make']>;
  readonly nodes: ReturnType<(typeof FAMILIES.nodes)[number]['make']>;
  readonly overcommit: ReturnType<(typeof FAMILIES.overcommit)[number]['make']> | undefined;
}

/** What decides where nothing is written. */
const DEFAULTS = { balancing: 'round-robin', scaling: 'fixed', nodes: 'fixed', deployment: 'rolling' } as const;

/** Makes every policy that is written; a ScenarioFault names one whose options do not fit together. */
export function madePolicies(policies: PoliciesText): MadePolicies {
  const { balancing, scaling, vertical, deployment, nodes, overcommit } = policies;
  const perService = <Policy>(
    field: string,
    families: readonly PolicyFamily<Policy>[],
    choices: ServiceChoices | undefined,
    otherwise: string | undefined,
  ) => {
    const made = new Map<string, Policy>();
    for (const [service, choice] of Object.entries(choices?.services ?? {}))
      made.set(service, make(families, choice, ['policies', field, service]));
    const all =
      choices?.all !== undefined
        ? make(families, choices.all, ['policies', field])
        : otherwise === undefined
          ? undefined
          : makeDefault(families, otherwise);
    return (service: string): Policy | undefined => made.get(service) ?? all;
  };
  const balancingOf = perService('balancing', FAMILIES.balancing, balancing, DEFAULTS.balancing);
  const scalingOf = perService('scaling', FAMILIES.scaling, scaling, DEFAULTS.scaling);
  const deploymentOf = perService('deployment', FAMILIES.deployment, deployment, DEFAULTS.deployment);
  return {
    balancing: (service) => balancingOf(service)!,
    scaling: (service) => scalingOf(service)!,
    vertical: perService('vertical', FAMILIES.vertical, vertical, undefined),
    deployment: (service) => deploymentOf(service)!,
    nodes: nodes ? make(FAMILIES.nodes, nodes, ['policies', 'nodes']) : makeDefault(FAMILIES.nodes, DEFAULTS.nodes),
    overcommit: overcommit ? make(FAMILIES.overcommit, overcommit, ['policies', 'overcommit']) : undefined,
  };
}

function make<Policy>(families: readonly PolicyFamily<Policy>[], choice: PolicyChoice, path: Path): Policy {
  return at(path, () => {
    const family = families.find((one) => one.name === choice.name);
    if (family === undefined) throw new InputError(`there is no policy called "${choice.name}"`);
    return family.make(choice.options, choice.text);
  });
}

function makeDefault<Policy>(families: readonly PolicyFamily<Policy>[], name: string): Policy {
  const family = families.find((one) => one.name === name)!;
  return family.make(Object.fromEntries(family.options.map((option) => [option.name, option.default])), name);
}
