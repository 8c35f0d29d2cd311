/** A scenario in which nearly every field stands, for tests. */
export const EVERYTHING = `name: everything
description: every field there is
duration: 10m
seeds: [1, 2]
model: discrete
timelinePoints: 100
metrics: { scrape: 15s, delay: 15s }
cluster:
  name: two groups
  zones: [a, b]
  racks: 2
  carbon: us-east-1
  instances:
    own.large: { cpu: 8, memory: 32Gi, price: $0.3/h, spotPrice: $0.1/h, idleWatts: 40, busyWatts: 120 }
  delays: { within: 200us, between: 1ms, outside: 10ms }
  zoneTraffic: { usdPerGb: 0.01, requestBytes: 20k }
  groups:
    general: { instance: m5.xlarge, count: 2, min: 1, max: 4, labels: { disk: ssd } }
    spot:
      instance: own.large
      spot: true
      count: 1
      min: 0
      max: 2
      zones: [b]
      racks: 1
      boot: lognormal 60s sigma 0.3
      pull: 200M/s
      taints: [spot]
services:
  web:
    cpu: 500m
    cpuLimit: 1
    memory: 256Mi
    memoryLimit: 512Mi
    memoryBase: 100Mi
    memoryPerRequest: 100k
    memoryLeak: 10
    replicas: 2
    min: 1
    max: 6
    priority: 5
    work: p50 5ms p99 40ms
    concurrency: 8
    queue: 100
    cpuPerRequest: 60m
    calls:
      - [store, { service: ads, chance: 50%, required: false }]
      - service: store
        copies: 2
        client: { timeout: 1s, retries: 2, backoff: 20ms, backoffCap: 1s, jitter: full, retryBudget: 20%, breaker: true }
    holdsPlace: false
    image: 300M
    imageLayers: 8
    boot: exponential 3s
    warmUp: 10s
    warmUpSpeed: 50%
    readiness: { delay: 1s, period: 5s, timeout: 1s, successes: 1, failures: 3 }
    liveness: true
    grace: 10s
    startsAfter: [store]
    minAvailable: 50%
    balancers: 2
    stale: 1s
    slowStart: 20s
    nodeLabels: { disk: ssd }
  store: { cpu: 250m, replicas: 2, work: "90% 2ms, 10% exponential 20ms", tolerates: [spot] }
  ads: { cpu: 100m, work: erlang 4ms phases 3, replicas: 1, queue: unlimited }
jobs:
  night: { generate: uniform-mix, options: { pods: 50 }, usage: 1.2, restarts: 3 }
traffic:
  web:
    rate: 20/s
    diurnal: { mean: 10/s, peakToTrough: 3, period: 10m, step: 10s }
    spike: { at: 2m, peak: 40/s, rise: 30s, fall: 1m }
    shapes:
      - { kind: spike, at: 5m, peak: 20/s }
      - { kind: steps, points: [[0s, 1/s], [1m, 2/s]] }
    weekly: { startsOn: 2 }
    adjust: { factor: 1.5, most: 200/s }
    batch: 2
    from: a
    client: { timeout: 3s, hedgeAfter: 1s }
  people: { to: web, users: 20, think: exponential 3s }
  beat: { to: ads, rate: 1/s, spacing: even }
weather:
  - script(effect=down, at=3m, for=1m, zones=b)
  - { kind: node-crash, preset: lanl, rate: 100 }
  - oneOf: [null, "replica-crash(service=store)"]
policies:
  placement: [least-allocated, zone-spread]
  queue: priority
  backfill: any
  balancing: { all: round-robin, store: power-of-choices(choices=2) }
  scaling: { all: fixed, web: { name: target-utilisation, cpu: 60% } }
  vertical: percentile-histogram
  nodes: cluster-autoscaler
  overcommit: none
  deployment: rolling
  detection: { like: swarm, evictAfter: 10s, endpointsAfter: 5s..8s }
  clients: { timeout: 5s, retries: 1 }
deployments:
  - { service: web, at: 4m, work: 1.2x, failures: 1%, memory: 1.1 }
objectives:
  - web 99.9%
  - { service: web, good: 99%, within: 300ms, window: 5m }
`;
