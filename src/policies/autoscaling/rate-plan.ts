import type { HorizontalPolicy } from '../../sim/scaling/horizontal-policy.ts';
import { seconds, US_PER_SECOND } from '../../sim/time.ts';
import { numberOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { ceilNearly, inSeconds, percent, short } from './numbers-in-words.ts';
import { recentMean } from './recent-mean.ts';
import { placesForWait, squareRootStaffing } from './staffing.ts';
import { Stabilisation } from './stabilisation.ts';
import { withinBounds } from './within-bounds.ts';

/**
 * Replicas by queueing theory: enough places for the work that arrives plus a safety of beta times its square root, so
 * that small services get much headroom in proportion and large ones little. Needs to know what a request costs.
 */
export const ratePlan: PolicyFamily<HorizontalPolicy> = {
  name: 'rate-plan',
  summary: 'square-root staffing: places for the arriving work a plus beta sqrt(a)',
  source: 'Halfin and Whitt, Operations Research 1981; Erlang C',
  options: [
    {
      name: 'beta',
      kind: 'number',
      default: 1,
      minimum: 0,
      maximum: 100,
      meaning: 'Safety in square roots of the work; 1 lets about 22 % of requests wait, 2 about 3 %.',
    },
    {
      name: 'wait',
      kind: 'share',
      default: 0,
      minimum: 0,
      maximum: 1,
      meaning: 'Instead of beta: the share of requests that may have to wait, by Erlang C; 0 uses beta.',
    },
    {
      name: 'window',
      kind: 'duration',
      default: seconds(60),
      minimum: 0,
      meaning: 'Requests per second are a mean over this long.',
    },
    { name: 'period', kind: 'duration', default: seconds(15), minimum: 1, meaning: 'Time between two decisions.' },
    {
      name: 'stabilisation',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'Shrinks to the largest recommendation of this long.',
    },
  ],
  make(options, name) {
    const beta = numberOf(options, 'beta');
    const wait = numberOf(options, 'wait');
    const windowUs = numberOf(options, 'window');
    const stabilisationUs = numberOf(options, 'stabilisation');
    const { summary, source } = ratePlan;
    return {
      name,
      summary,
      source,
      periodUs: numberOf(options, 'period'),
      make() {
        const stabilisation = new Stabilisation();
        return {
          decide(seen) {
            const { current, nowUs } = seen;
            stabilisation.begin(nowUs, current);
            const perSecond = recentMean(seen.points, windowUs, (point) => point.requestsPerSecond);
            if (!Number.isFinite(perSecond) || !(seen.workMeanUs > 0))
              return withinBounds(seen, current, `no requests per second or no mean work known yet, keep ${current}`);
            const offered = (perSecond * seen.workMeanUs) / US_PER_SECOND;
            const each = Math.max(1, seen.concurrency);
            const places = wait > 0 ? placesForWait(offered, wait) : squareRootStaffing(offered, beta);
            const wanted = ceilNearly(places / each);
            const formula =
              wait > 0
                ? `${places} places for at most ${percent(wait)} waiting`
                : `${short(offered)} + ${short(beta)} sqrt(${short(offered)}) = ${short(places)} places`;
            const why = `${short(perSecond)} requests/s of ${short(seen.workMeanUs / 1000)} ms: ${formula}, ceil(${short(places)}/${each}) = ${wanted}`;
            const steady = stabilisation.largest(nowUs, wanted, stabilisationUs);
            const held = steady === wanted ? [] : [`stabilised over ${inSeconds(stabilisationUs)} at ${steady}`];
            return withinBounds(seen, steady, why, held);
          },
        };
      },
    };
  },
};
