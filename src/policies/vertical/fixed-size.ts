import type { VerticalPolicy } from '../../sim/scaling/vertical-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf, textOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';

/** One size for every replica, whatever it uses: to try a size out, or to set what the service says aside. */
export const fixedSize: PolicyFamily<VerticalPolicy> = {
  name: 'fixed',
  summary: 'replicas of a given size, whatever they use',
  source: 'the usual baseline',
  options: [
    {
      name: 'cpuMilli',
      kind: 'count',
      default: 0,
      minimum: 0,
      meaning: 'CPU request in millicores; 0 leaves it as it is.',
    },
    { name: 'memory', kind: 'bytes', default: 0, minimum: 0, meaning: 'Memory request; 0 leaves it as it is.' },
    {
      name: 'mode',
      kind: 'choice',
      default: 'initial',
      choices: ['initial', 'recreate', 'in-place'],
      meaning: 'Whether only new replicas get it, running ones are evicted for it, or they are resized where they run.',
    },
  ],
  make(options, name) {
    const cpuMilli = numberOf(options, 'cpuMilli');
    const memBytes = numberOf(options, 'memory');
    const { summary, source } = fixedSize;
    return {
      name,
      summary,
      source,
      periodUs: seconds(60),
      mode: textOf(options, 'mode') as VerticalPolicy['mode'],
      make: () => ({
        observe() {
          // Usage does not matter here.
        },
        recommend(_nowUs, current) {
          const size = { cpuMilli: cpuMilli || current.cpuMilli, memBytes: memBytes || current.memBytes };
          return { target: size, lower: size, upper: size, why: `fixed at ${size.cpuMilli}m ${size.memBytes} bytes` };
        },
        shouldUpdate: (_nowUs, current, _startedUs, { target }) =>
          current.cpuMilli !== target.cpuMilli || current.memBytes !== target.memBytes,
      }),
    };
  },
};
