import type { NomadAffinity, NomadConstraint, NomadSpread } from './nomad-jobs.ts';
import type { SectionReader } from './section-reader.ts';

/** Operators that stand alone as a field: `distinct_hosts = true`, `regexp = "..."` (job specification, "constraint"). */
const SHORT = [
  'regexp',
  'version',
  'semver',
  'set_contains',
  'set_contains_all',
  'set_contains_any',
  'distinct_property',
  'is_set',
  'is_not_set',
];
export const OPERATORS = [
  ...'= == is != not < <= > >= regexp version semver set_contains'.split(' '),
  ...'set_contains_all set_contains_any distinct_hosts distinct_property is_set is_not_set'.split(' '),
];

export function readConstraints(section: SectionReader): NomadConstraint[] {
  return section.sections('constraint').map((block) => {
    const constraint = readCondition(block);
    block.done();
    return constraint;
  });
}

export function readAffinities(section: SectionReader): NomadAffinity[] {
  return section.sections('affinity').map((block) => {
    const condition = readCondition(block);
    const weight = block.whole('weight', 50, { least: -100, most: 100 });
    block.done();
    if (weight === 0) block.fail('has weight 0; write a weight from -100 to 100 that is not 0');
    return { ...condition, weight };
  });
}

export function readSpreads(section: SectionReader): NomadSpread[] {
  return section.sections('spread').map((block) => {
    const attribute = block.text('attribute', '');
    if (attribute === '') block.fail('has no attribute; write attribute = "${node.datacenter}"');
    const weight = block.whole('weight', 50, { least: 1, most: 100 });
    const targets = block.sections('target').map((target) => {
      const value = target.label('target "dc1" { percent = 50 }');
      const percent = target.whole('percent', 0, { most: 100 });
      target.done();
      return { value, percent };
    });
    block.done();
    const sum = targets.reduce((total, { percent }) => total + percent, 0);
    if (sum > 100) block.fail(`has targets of ${sum} percent together; write at most 100`);
    return { attribute, weight, targets };
  });
}

function readCondition(block: SectionReader): NomadConstraint {
  const attribute = block.text('attribute', '');
  const value = block.text('value', '');
  const operator = block.text('operator', '=', OPERATORS);
  const isDistinct = block.flag('distinct_hosts', false);
  if (isDistinct) return { attribute, operator: 'distinct_hosts', value: 'true' };
  for (const short of SHORT) {
    const written = block.text(short, '');
    if (written === '') continue;
    if (short === 'distinct_property') return { attribute: written, operator: short, value };
    return { attribute, operator: short, value: written };
  }
  if (operator === 'distinct_hosts' || block.has('distinct_hosts'))
    return {
      attribute,
      operator: 'distinct_hosts',
      value: value === '' ? String(!block.has('distinct_hosts')) : value,
    };
  if (attribute === '') block.fail('has no attribute; write attribute = "${attr.cpu.arch}"');
  if (operator === 'regexp')
    try {
      RegExp(value);
    } catch {
      block.fail(`cannot read the regular expression "${value.slice(0, 60)}"`);
    }
  return { attribute, operator, value };
}
