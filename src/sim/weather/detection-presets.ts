import { InputError } from '../input-error.ts';
import { suggestion } from '../nearest-name.ts';
import { minutes, seconds } from '../time.ts';
import type { DetectionSpec } from './detection.ts';

/** How the orchestrators notice a lost node, at their defaults. After the crash, replacements start after the time named in each. */
export const DETECTION_PRESETS: readonly DetectionSpec[] = [
  {
    name: 'kubernetes',
    source:
      'Kubernetes 1.32 and later: lease every 10 s, node-monitor-grace-period 50 s, node-monitor-period 5 s, default toleration 300 s; replaced after 340-355 s',
    heartbeatUs: seconds(10),
    graceUs: seconds(50),
    monitorUs: seconds(5),
    evictAfterUs: seconds(300),
    endpointsAfterUs: [seconds(40), seconds(55)],
    endpointsAtLost: true,
  },
  {
    name: 'kubernetes-1.31',
    source: 'Kubernetes up to 1.31: as later ones, with a grace period of 40 s; replaced after 330-345 s',
    heartbeatUs: seconds(10),
    graceUs: seconds(40),
    monitorUs: seconds(5),
    evictAfterUs: seconds(300),
    endpointsAfterUs: [seconds(30), seconds(45)],
    endpointsAtLost: true,
  },
  {
    name: 'swarm',
    source:
      'Docker Swarm: heartbeat every 5 ± 0.5 s, lost after 3 periods, restart delay 5 s; gossip drops endpoints after 5-8 s; replaced after 14-22 s',
    heartbeatUs: seconds(5),
    heartbeatJitter: { us: seconds(0.5), periods: 3 },
    graceUs: seconds(15),
    monitorUs: 0,
    evictAfterUs: seconds(5),
    endpointsAfterUs: [seconds(5), seconds(8)],
  },
  {
    name: 'mesos',
    source:
      'Mesos with Marathon: pings every 15 s, lost when 5 are missed (75-90 s), next offer within 1-5 s; replaced after 76-96 s; balancers follow events',
    heartbeatUs: seconds(15),
    graceUs: seconds(90),
    monitorUs: 0,
    evictAfterUs: seconds(1),
    evictSpreadUs: seconds(4),
    endpointsAfterUs: [seconds(75), seconds(90)],
    endpointsAtLost: true,
  },
  {
    name: 'ecs',
    source:
      'ECS on EC2: status check every minute; the group replaces an impaired machine within minutes, ECS alone never; replaced after 1-8 min; the balancer drops it after two failed checks',
    heartbeatUs: seconds(60),
    graceUs: seconds(120),
    monitorUs: 0,
    evictAfterUs: 0,
    evictSpreadUs: minutes(6),
    endpointsAfterUs: [seconds(30), seconds(65)],
  },
  nomadDetection(500),
];

/**
 * Nomad: heartbeat TTL max(10, nodes / 50) s, each time up to twice that (jitter), lost 10 s after it runs out. With up
 * to 500 nodes work is replaced after 10-31 s.
 */
export function nomadDetection(nodes: number): DetectionSpec {
  const ttlS = Math.max(10, nodes / 50);
  return {
    name: 'nomad',
    source:
      'Nomad: TTL max(10, nodes / 50) s plus as much jitter, 10 s of grace; replaced after 10-31 s with up to 500 nodes; Consul drops endpoints with the TTL',
    heartbeatUs: seconds(ttlS * 1.5),
    heartbeatJitter: { us: seconds(ttlS / 2), periods: 1 },
    graceUs: seconds(ttlS * 1.5 + 10),
    monitorUs: 0,
    evictAfterUs: 0,
    evictSpreadUs: seconds(1),
    endpointsAfterUs: [seconds(10), seconds(ttlS * 2 + 10)],
    endpointsAtLost: true,
  };
}

/** The preset of this name; throws InputError with the known ones. */
export function detectionPreset(name: string): DetectionSpec {
  const found = DETECTION_PRESETS.find((preset) => preset.name === name);
  if (found === undefined) {
    const names = DETECTION_PRESETS.map((preset) => preset.name);
    throw new InputError(`no detection preset called "${name}"${suggestion(name, names)}`);
  }
  return found;
}
