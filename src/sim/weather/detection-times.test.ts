import { describe, expect, test } from 'vitest';
import { stream, type RandomStream } from '../random.ts';
import { seconds } from '../time.ts';
import { DETECTION_PRESETS, detectionPreset, nomadDetection } from './detection-presets.ts';
import { detectionTimes, evictedAtUs, heardAgainUs, lostAtUs, type DetectionPhase } from './detection-times.ts';
import type { DetectionSpec } from './detection.ts';

const phaseOf = (random: RandomStream): DetectionPhase => ({
  heartbeat: random.fine(),
  monitor: random.fine(),
  interval: random.fine(),
  eviction: random.fine(),
  endpoints: random.fine(),
});

/** Plays every heartbeat and every look of the monitor, one by one, in order of time. */
function byHand(spec: DetectionSpec, faultUs: number, phase: DetectionPhase, healsUs: number): number {
  let lastUs = -Infinity;
  let beatUs = phase.heartbeat * spec.heartbeatUs;
  let lookUs = phase.monitor * spec.monitorUs;
  while (lookUs <= healsUs + 100 * spec.heartbeatUs && lookUs < 1e10) {
    if (beatUs <= lookUs) {
      if (beatUs <= faultUs || beatUs >= healsUs) lastUs = beatUs;
      beatUs += spec.heartbeatUs;
    } else {
      if (lookUs >= faultUs && lookUs - lastUs > spec.graceUs) return lookUs;
      lookUs += spec.monitorUs;
    }
  }
  return Infinity;
}

describe('without an event a heartbeat', () => {
  test('the moment is that of a simulation of every heartbeat', () => {
    const random = stream(7, 'detection');
    const spec = detectionPreset('kubernetes');
    let never = 0;
    for (let round = 0; round < 2000; round++) {
      const phase = phaseOf(random);
      const faultUs = seconds(100 + 400 * random.fine());
      // Half of the faults heal, at about the time at which they would be noticed.
      const healsUs = random.next() < 0.5 ? faultUs + seconds(30 + 30 * random.fine()) : 1e12;
      const lostUs = lostAtUs(spec, faultUs, phase, heardAgainUs(spec, healsUs, phase));
      const expected = byHand(spec, faultUs, phase, healsUs);
      if (expected === Infinity) {
        never++;
        expect(lostUs, `round ${round}`).toBe(Infinity);
      } else expect(Math.abs(lostUs - expected), `round ${round}: ${lostUs} and ${expected}`).toBeLessThanOrEqual(1);
    }
    expect(never).toBeGreaterThan(100);
  });

  test('jittered heartbeats: the times after a crash are spread as in a simulation of them', () => {
    const spec = detectionPreset('swarm');
    const random = stream(8, 'detection');
    const after: number[] = [];
    const simulated: number[] = [];
    for (let round = 0; round < 4000; round++) {
      after.push(lostAtUs(spec, seconds(1000), phaseOf(random)) - seconds(1000));
      // Every heartbeat sets the next interval P, and the deadline 3 P from it.
      const faultUs = seconds(500 + 100 * random.fine());
      let beatUs = 0;
      for (;;) {
        const periodUs = seconds(4.5 + random.fine());
        if (beatUs + periodUs > faultUs) {
          simulated.push(beatUs + 3 * periodUs - faultUs);
          break;
        }
        beatUs += periodUs;
      }
    }
    after.sort((a, b) => a - b);
    simulated.sort((a, b) => a - b);
    // Kolmogorov-Smirnov for two samples of 4,000: above 1.95 sqrt(2 / 4000) = 0.044 one time in 1,000.
    for (let k = 0; k < 4000; k += 40) {
      const below = simulated.filter((time) => time <= after[k]).length;
      expect(Math.abs(below - k) / 4000).toBeLessThan(0.044);
    }
  });
});

describe('replacement starts after a crash', () => {
  test.each([
    ['kubernetes', 340, 355],
    ['kubernetes-1.31', 330, 345],
    ['swarm', 14, 21.5],
    ['mesos', 76, 95],
    ['ecs', 60, 480],
    ['nomad', 10, 31],
  ])('%s: %d to %d s', (name, low, high) => {
    const spec = detectionPreset(name);
    const random = stream(3, name);
    let least = Infinity;
    let most = 0;
    for (let round = 0; round < 20_000; round++) {
      const faultUs = seconds(1000 + 1000 * random.fine());
      const afterUs = evictedAtUs(spec, faultUs, phaseOf(random)) - faultUs;
      least = Math.min(least, afterUs);
      most = Math.max(most, afterUs);
    }
    const slack = seconds((high - low) / 12);
    expect(least).toBeGreaterThanOrEqual(seconds(low));
    expect(least).toBeLessThan(seconds(low) + slack);
    expect(most).toBeLessThanOrEqual(seconds(high));
    expect(most).toBeGreaterThan(seconds(high) - slack);
  });

  test('a worked example: Kubernetes, leases at 3, 13, ..., looks at 1, 6, ...; crash at 100 s', () => {
    const phase = { heartbeat: 0.3, monitor: 0.2, interval: 0, eviction: 0, endpoints: 0 };
    // Last lease at 93 s, suspect after 143 s, first look after that at 146 s, evicted 300 s later.
    expect(detectionTimes(detectionPreset('kubernetes'), seconds(100), phase)).toEqual({
      lostUs: seconds(146),
      evictedUs: seconds(446),
      endpointsUs: seconds(146),
    });
    // Heard again at 400 s: lost, and out of the balancers, but nothing is evicted. At 146 s: nothing at all.
    expect(detectionTimes(detectionPreset('kubernetes'), seconds(100), phase, seconds(400))).toEqual({
      lostUs: seconds(146),
      evictedUs: Infinity,
      endpointsUs: seconds(146),
    });
    expect(detectionTimes(detectionPreset('kubernetes'), seconds(100), phase, seconds(146))).toEqual({
      lostUs: Infinity,
      evictedUs: Infinity,
      endpointsUs: Infinity,
    });
  });

  test('a network that heals is heard at the next heartbeat', () => {
    const phase = { heartbeat: 0.3, monitor: 0.2, interval: 0, eviction: 0, endpoints: 0 };
    expect(heardAgainUs(detectionPreset('kubernetes'), seconds(100), phase)).toBe(seconds(103));
    expect(heardAgainUs(detectionPreset('kubernetes'), seconds(103), phase)).toBe(seconds(103));
  });

  test('Nomad’s patience grows with the cluster: 5,000 nodes have a TTL of 100 to 200 s', () => {
    expect(nomadDetection(5000)).toMatchObject({ heartbeatUs: seconds(150), graceUs: seconds(160) });
  });

  test('names are unique, and an unknown one is refused', () => {
    expect(new Set(DETECTION_PRESETS.map(({ name }) => name)).size).toBe(DETECTION_PRESETS.length);
    expect(() => detectionPreset('kubernets')).toThrow(
      'no detection preset called "kubernets"; did you mean "kubernetes"?',
    );
  });
});
