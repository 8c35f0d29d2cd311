import type { Features } from '../features.ts';

/** What Docker Swarm has (moby/swarmkit, docker/cli's stack), and runs here do. */
export const SWARM_FEATURES: Features = {
  'spread-over-zones': { has: 'yes', by: 'deploy.placement.preferences: spread: node.labels.zone' },
  'bin-packing': { has: 'no', by: 'spreads only; classic Swarm (v1) had --strategy binpack' },
  'resource-reservations': { has: 'yes', by: 'deploy.resources.reservations' },
  'generic-resources': { has: 'yes', by: 'deploy.resources.reservations.generic_resources, node-generic-resources' },
  'placement-constraints': { has: 'yes', by: 'deploy.placement.constraints' },
  'replica-limit-per-machine': { has: 'yes', by: 'deploy.placement.max_replicas_per_node' },
  'soft-placement-preferences': { has: 'partly', by: 'deploy.placement.preferences, spread only' },
  priorities: { has: 'no', by: 'tasks wait in "no suitable node"' },
  quotas: { has: 'no', by: 'a swarm for each team' },
  daemons: { has: 'yes', by: 'deploy.mode: global' },
  'batch-jobs': { has: 'yes', by: 'deploy.mode: replicated-job, global-job' },
  'scheduled-jobs': { has: 'outside', by: 'cron that runs docker service create' },
  'start-order': { has: 'no', by: 'depends_on is ignored by docker stack deploy; programs try again' },
  'rolling-update': { has: 'yes', by: 'deploy.update_config: parallelism, delay, monitor, max_failure_ratio' },
  'start-first': { has: 'yes', by: 'deploy.update_config.order: start-first' },
  canary: { has: 'outside', by: 'a second service, or parallelism 1 with a long delay' },
  'automatic-rollback': { has: 'yes', by: 'deploy.update_config.failure_action: rollback' },
  'restart-backoff': {
    has: 'partly',
    by: 'deploy.restart_policy.delay, always the same; max_attempts within a window',
  },
  'health-checks': { has: 'yes', by: 'healthcheck: an unhealthy container is replaced' },
  'replica-autoscaling': { has: 'no', by: 'docker service scale, by hand or by a program outside' },
  'machine-autoscaling': { has: 'no', by: "the cloud's own groups; new nodes join with a token" },
  'serverless-machines': { has: 'no', by: 'machines of your own' },
  rebalancing: { has: 'no', by: 'docker service update --force' },
  drain: {
    has: 'yes',
    by: 'docker node update --availability drain: all tasks at once, each stopped before its replacement starts',
  },
  'disruption-budgets': { has: 'no', by: 'update_config.parallelism limits updates, drains heed nothing' },
  'load-balancer': { has: 'yes', by: 'routing mesh: VIPs and ingress ports through IPVS' },
  'partition-aware': { has: 'no', by: 'cut-off tasks run on and are stopped when their node is back' },
};
