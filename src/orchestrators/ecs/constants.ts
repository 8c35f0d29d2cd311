import type { Constant, Constants } from '../constants.ts';
import { minutes, seconds } from '../../sim/time.ts';

const DOCS = 'Amazon ECS Developer Guide';
const ALB = 'Elastic Load Balancing: Application Load Balancers';
const SCALING = 'Application Auto Scaling User Guide';

function us(valueUs: number, meaning: string, source: string): Constant {
  return { value: valueUs, unit: 'us', meaning, source, isModellingChoice: false };
}

function count(value: number, meaning: string, source: string): Constant {
  return { value, unit: 'count', meaning, source, isModellingChoice: false };
}

function share(value: number, meaning: string, source: string): Constant {
  return { value, unit: 'share', meaning, source, isModellingChoice: false };
}

/** AWS publishes nothing, so `why` is a reason instead of a source. */
function chosen(constant: Constant): Constant {
  return { ...constant, isModellingChoice: true };
}

/** Timers and numbers of Amazon ECS and what stands beside it: ALB, EC2 Auto Scaling, Application Auto Scaling, Fargate. */
export const ecsConstants = {
  schedulerDelay: chosen(
    us(
      seconds(1),
      'from a change to the service scheduler acting on it',
      'the control plane is closed; events are seconds apart',
    ),
  ),
  agentMessageDelay: chosen(
    us(100_000, 'one way between control plane and agent', 'a round trip within a region and a queue'),
  ),
  agentHeartbeat: us(
    seconds(60),
    'silence after which a link counts as broken, at least',
    'aws/amazon-ecs-agent, ecs-agent/acs/session',
  ),
  agentHeartbeatJitter: us(
    seconds(60),
    'drawn on top of agentHeartbeat',
    'aws/amazon-ecs-agent, ecs-agent/acs/session',
  ),
  agentReconnectFirst: us(
    250_000,
    'first wait before an agent connects again',
    'aws/amazon-ecs-agent, ecs-agent/acs/session',
  ),
  agentReconnectFactor: count(
    1.5,
    'each further wait by so much longer',
    'aws/amazon-ecs-agent, ecs-agent/acs/session',
  ),
  agentReconnectMost: us(
    minutes(2),
    'longest wait before connecting again',
    'aws/amazon-ecs-agent, ecs-agent/acs/session',
  ),
  agentReconnectJitter: share(0.2, 'share drawn on top of each wait', 'aws/amazon-ecs-agent, ecs-agent/acs/session'),
  agentStart: chosen(
    us(seconds(10), 'from a machine that has booted to an agent that has registered', 'Docker and agent start'),
  ),
  healthyAfterRunning: us(
    seconds(40),
    'a task with neither health check nor load balancer counts as healthy so long after RUNNING',
    `${DOCS}, service_definition_parameters: minimumHealthyPercent`,
  ),
  minimumHealthyPercent: count(100, 'default for REPLICA services', `${DOCS}, service_definition_parameters`),
  maximumPercent: count(200, 'default for REPLICA services', `${DOCS}, service_definition_parameters`),
  daemonMinimumHealthyPercent: count(0, 'default for DAEMON services', `${DOCS}, service_definition_parameters`),
  daemonMaximumPercent: count(100, 'the only value for DAEMON services', `${DOCS}, service_definition_parameters`),
  circuitBreakerShare: share(0.5, 'share of the desired count that may fail', `${DOCS}, deployment-circuit-breaker`),
  circuitBreakerLeast: count(3, 'smallest threshold; 10 in the guide of 2023', `${DOCS}, deployment-circuit-breaker`),
  circuitBreakerMost: count(200, 'largest threshold', `${DOCS}, deployment-circuit-breaker`),
  startReplacementFirst: count(
    1,
    '1: an unhealthy task stops when its replacement is healthy (since October 2023); 0: before it starts',
    'AWS Containers Blog, October 2023: improved ECS task resiliency',
  ),
  startThrottleFirst: chosen(
    us(seconds(1), 'first wait after a task that stopped before RUNNING', 'the guide says "incremental"'),
  ),
  startThrottleFactor: chosen(count(2, 'each further wait by so much longer', 'the guide says "incremental"')),
  startThrottleMost: us(minutes(15), 'longest wait between tries to start tasks', `${DOCS}, service-throttle-logic`),
  stopTimeout: us(seconds(30), 'between SIGTERM and SIGKILL', `${DOCS}, task_definition_parameters: stopTimeout`),
  fargateStopTimeoutMost: us(
    minutes(2),
    'largest stopTimeout on Fargate',
    `${DOCS}, task_definition_parameters: stopTimeout`,
  ),
  startTimeout: us(minutes(3), 'to a condition that others depend on', `${DOCS}, ECS_CONTAINER_START_TIMEOUT`),
  healthInterval: us(
    seconds(30),
    'between health checks of a container',
    `${DOCS}, task_definition_parameters: healthCheck`,
  ),
  healthTimeout: us(
    seconds(5),
    'for one health check of a container',
    `${DOCS}, task_definition_parameters: healthCheck`,
  ),
  healthRetries: count(
    3,
    'failures in a row that make it UNHEALTHY',
    `${DOCS}, task_definition_parameters: healthCheck`,
  ),
  initContainerRun: chosen(us(seconds(1), 'how long a container runs whose end others wait for', 'no file says it')),
  instanceFailureLeast: chosen(
    us(
      minutes(2),
      'from a failed machine to its tasks being STOPPED, at least',
      'status checks each minute; Auto Scaling "waits a few minutes"',
    ),
  ),
  instanceFailureMost: chosen(
    us(
      minutes(5),
      'from a failed machine to its tasks being STOPPED, at most',
      'status checks each minute; Auto Scaling "waits a few minutes"',
    ),
  ),
  terminationNotice: chosen(
    us(seconds(5), 'from a terminated instance to its tasks being STOPPED', 'an event from EC2 to ECS'),
  ),
  replaceInstances: chosen(
    count(
      0,
      '1: machines of a fixed fleet are bought again when they fail, as an Auto Scaling group would',
      'a fixed fleet has no group',
    ),
  ),
  instanceBoot: chosen(
    us(seconds(60), 'from ordering an EC2 instance to a running system', 'Amazon Linux boots in about a minute'),
  ),
  groupReaction: chosen(
    us(
      seconds(30),
      'from a lost instance to its Auto Scaling group ordering another',
      'groups are looked at all the time',
    ),
  ),
  spotInstanceDraining: count(
    0,
    '1: ECS_ENABLE_SPOT_INSTANCE_DRAINING=true, an instance with a spot notice is drained',
    `${DOCS}, container-instance-spot`,
  ),
  capacityPeriod: us(minutes(1), 'between two values of CapacityProviderReservation', `${DOCS}, cluster-auto-scaling`),
  capacityHighPoints: count(1, 'points above the target before instances are ordered', 'aws/containers-roadmap #638'),
  capacityLowPoints: count(15, 'points below the target before instances go', 'aws/containers-roadmap #638'),
  capacityScaleInShare: share(0.5, 'of the instances that may go in one minute', 'AWS Containers Blog; earlier 5 %'),
  instanceWarmup: us(minutes(5), 'default of instanceWarmupPeriod', `${DOCS}, cluster-auto-scaling`),
  minimumScalingStep: count(1, 'default of minimumScalingStepSize', 'Amazon ECS API Reference, ManagedScaling'),
  maximumScalingStep: count(10_000, 'default of maximumScalingStepSize', 'Amazon ECS API Reference, ManagedScaling'),
  provisioningLimit: count(
    500,
    'tasks of a cluster that may wait in PROVISIONING',
    `${DOCS}, cluster-capacity-providers`,
  ),
  scalingPeriod: us(
    minutes(1),
    'between two points of a metric',
    'Amazon CloudWatch: one-minute metrics of ECS and ALB',
  ),
  scalingHighPoints: count(3, 'points above the target before a service grows', 'aws/containers-roadmap #1208'),
  scalingLowPoints: count(15, 'points below before it shrinks', 'aws/containers-roadmap #1208'),
  scalingLowShare: share(0.9, 'of the target below which a service shrinks', `${SCALING}, target tracking`),
  scalingCooldown: us(minutes(5), 'default of ScaleOutCooldown and ScaleInCooldown', `${SCALING}, target tracking`),
  albInterval: us(seconds(30), 'between health checks of a target', `${ALB}, target-group-health-checks`),
  albTimeout: us(seconds(5), 'for one health check of a target', `${ALB}, target-group-health-checks`),
  albHealthyThreshold: count(
    5,
    'successes in a row that make an unhealthy target healthy',
    `${ALB}, target-group-health-checks`,
  ),
  albUnhealthyThreshold: count(
    2,
    'failures in a row that make a target unhealthy',
    `${ALB}, target-group-health-checks`,
  ),
  deregistrationDelay: us(
    minutes(5),
    'a target that is deregistered still answers what is in flight; ECS waits all of it',
    `${ALB}, target-group-attributes`,
  ),
  slowStartSteps: chosen(count(10, 'steps in which a slow start rises', 'upstream says "linear"')),
  targetRegistration: chosen(us(seconds(1), 'from RUNNING to a target that is checked', 'calls between ECS and ELB')),
  rebalanceDelay: chosen(us(minutes(1), 'from steady state to looking at zones', 'the guide says "continuously"')),
  rebalanceDifference: chosen(
    count(
      2,
      'tasks between the fullest and emptiest zone that make it rebalance',
      'a difference of 1 cannot be mended',
    ),
  ),
  fargateStart: chosen(
    us(
      seconds(25),
      'from an order to a Fargate machine that pulls images',
      'network interface and microVM; users see 20 to 60 s',
    ),
  ),
  fargatePullBytesPerSecond: chosen(
    count(60_000_000, 'bytes of an image that a Fargate machine pulls in a second', 'users see 30 to 100 MB/s'),
  ),
  fargateUsdPerCpuHour: count(0.04048, 'USD for a vCPU-hour, Linux on x86, us-east-1', 'AWS Fargate pricing page'),
  fargateUsdPerGbHour: count(0.004445, 'USD for a GB-hour, Linux on x86, us-east-1', 'AWS Fargate pricing page'),
  fargateArmShare: share(0.8, 'price on arm64 relative to x86', 'AWS Fargate pricing page: 0.03238 and 0.00356'),
  fargateSpotShare: chosen(
    share(0.3, 'price of Fargate Spot relative to Fargate', 'pricing page: "up to 70 % off", it varies'),
  ),
  ecsReservedMemory: count(0, 'MiB that the agent keeps back', `${DOCS}, ECS_RESERVED_MEMORY`),
} as const satisfies Constants;

export type EcsValues = Readonly<Record<keyof typeof ecsConstants, number>>;
