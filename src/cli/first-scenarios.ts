import { InputError } from '../sim/input-error.ts';
import { suggestion } from '../sim/nearest-name.ts';
import { FIRST_KUBERNETES } from './first-kubernetes.ts';

const HEAD = `# A scenario: a living cluster, what befalls it, and who runs it.
# Run it:              baton run FILE            (the first of its variants)
# Compare:             baton compare FILE        (all of them)
# Change a field:      baton run FILE --set duration=2h --set policies.scaling=fixed
# Help in your editor: baton schema scenario > scenario.schema.json, and then
# yaml-language-server: $schema=./scenario.schema.json
#
# Any field may be a list of alternatives; lists multiply. Lists below policies make the rows that are compared, all
# others make cells of their own. Where a field is a list by nature (weather, calls, ...), write { oneOf: [...] }.
`;

const WEB_SHOP = `${HEAD}
name: A shop in a rush
description: Scaling by CPU keeps up with a rush that a fixed number of replicas drowns in.
duration: 30m

cluster:
  zones: [a, b, c]
  groups:
    general:
      instance: m5.xlarge # size, price and power come from the catalogue
      count: 3
      min: 3
      max: 12
      boot: lognormal 60s sigma 0.3

services:
  web:
    cpu: 500m
    memory: 512Mi
    replicas: 4
    min: 2
    max: 30
    work: lognormal 60ms sigma 0.6 # the replica's own time for a request
    concurrency: 8 # requests that one replica works on at once; all of them busy is 100% CPU
    holdsPlace: false # while it waits for those it calls, it works on others
    calls: [cart, [catalogue, ads]] # cart first, then both others at the same time
  cart:
    work: exponential 5ms
    max: 20
    calls:
      - service: database
        chance: 80%
        client: { timeout: 1s, retries: 2, backoff: 50ms, retryBudget: 20% }
  catalogue: { work: exponential 4ms, max: 20 }
  ads: { work: exponential 6ms, max: 20 }
  database: { work: lognormal 3ms sigma 0.5, replicas: 3, min: 3, max: 3, memory: 2Gi, concurrency: 32 }

traffic:
  web:
    rate: 75/s
    spike: { at: 8m, rise: 2m, peak: 500/s, plateau: 5m, fall: 2m } # on top of the rate
    client: { timeout: 5s }

objectives:
  - web 99.9% # answered at all
  - web 99% within 500ms

policies:
  placement: least-allocated
  balancing: least-connections
  nodes: cluster-autoscaler
  scaling:
    - fixed
    - target-utilisation(cpu=60%)
`;

const BATCH = `${HEAD}
name: Jobs beside a service
description: How placement decides what batch jobs cost the service that they share machines with.
duration: 2h

cluster: 8 x 16cpu 64Gi # text will do for a simple cluster; also "8 x m5.4xlarge zone=a,b max=20"

services:
  api:
    cpu: 2
    memory: 4Gi
    replicas: 6
    priority: 10 # is placed before jobs that wait
    work: lognormal 20ms sigma 0.5

traffic:
  api: 200/s

jobs:
  night-run:
    generate: borg-2011-like # or file: trace.csv
    options: { pods: 2000, nodes: 8, load: 0.6 }
    usage: 1.2 # jobs take a fifth more CPU than they request: noisy neighbours

objectives:
  - api 99% within 100ms

policies:
  placement: [least-allocated, best-fit]
  queue: priority
`;

const FAILURES = `${HEAD}
name: A zone is lost
description: Spreading over zones and quick detection decide how much of an outage the users see.
duration: 1h

cluster:
  zones: [a, b, c]
  groups:
    general: { instance: m5.xlarge, count: 6 }

services:
  web:
    cpu: 1
    memory: 1Gi
    replicas: 6
    work: exponential 20ms
    readiness: true # Kubernetes' defaults
    calls: [store]
  store: { cpu: 1, memory: 2Gi, replicas: 3, work: exponential 5ms }

traffic:
  web:
    rate: 100/s
    client: { timeout: 2s, retries: 1, retryBudget: 10% }

weather: # the same for every policy
  - script(effect=down, at=20m, for=15m, zones=a, label="zone outage")
  - kind: node-crash # and single machines fail, a hundred times as often as real ones
    preset: usual
    rate: 100
    start: new

objectives:
  - web 99.9%

policies:
  placement: [zone-spread, best-fit]
  detection: [kubernetes, swarm]
`;

const KINDS: Readonly<Record<string, string>> = { 'web-shop': WEB_SHOP, batch: BATCH, failures: FAILURES };

/** The starters of living clusters that `baton init --kind KIND` writes, by kind; there is "kubernetes" besides. */
export const SCENARIO_KINDS: readonly string[] = Object.keys(KINDS);

/** A commented scenario to begin with. Throws an InputError for an unknown kind. */
export function firstScenario(kind: string): string {
  if (kind === 'kubernetes') return FIRST_KUBERNETES;
  if (Object.hasOwn(KINDS, kind)) return KINDS[kind];
  const kinds = [...SCENARIO_KINDS, 'kubernetes'];
  throw new InputError(`there is no starter called "${kind}"${suggestion(kind, kinds)}`);
}
