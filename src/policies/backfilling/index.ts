import type { BackfillPolicy } from '../../sim/policy.ts';
import { anyone } from './anyone.ts';
import { conservative } from './conservative.ts';
import { easy, easySjbf } from './easy.ts';
import { strict } from './strict.ts';

/** All backfilling policies with a fixed name, in the order of listings. */
export const backfillPolicies: readonly BackfillPolicy[] = [
  anyone,
  strict,
  easy(),
  easySjbf(),
  easy('actual'),
  easySjbf('actual'),
  easySjbf({ times: 2 }),
  conservative,
];

/** The policy of this name, also `easy-3x` and `easy-sjbf-1.5x` for any factor; undefined when there is none. */
export function backfillPolicy(name: string): BackfillPolicy | undefined {
  const fixed = backfillPolicies.find((policy) => policy.name === name);
  if (fixed !== undefined) return fixed;
  const [, kind, factor] = /^(easy|easy-sjbf)-(\d+(?:\.\d+)?)x$/.exec(name) ?? [];
  if (kind === undefined || Number(factor) <= 0) return undefined;
  return (kind === 'easy' ? easy : easySjbf)({ times: Number(factor) });
}
