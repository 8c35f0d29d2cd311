import type {
  DisconnectStrategy,
  JobType,
  MigrateStrategy,
  ReschedulePolicy,
  RestartPolicy,
  ScalingPolicy,
  UpdateStrategy,
} from './nomad-jobs.ts';
import type { SectionReader } from './section-reader.ts';

const S = 1e6;
const M = 60 * S;
const H = 60 * M;

/** Defaults of nomad/structs/structs.go, as the job specification documents them. */
const RESTART: Readonly<Record<JobType, RestartPolicy>> = {
  service: { attempts: 2, intervalUs: 30 * M, delayUs: 15 * S, mode: 'fail' },
  system: { attempts: 2, intervalUs: 30 * M, delayUs: 15 * S, mode: 'fail' },
  batch: { attempts: 3, intervalUs: 24 * H, delayUs: 15 * S, mode: 'fail' },
  sysbatch: { attempts: 3, intervalUs: 24 * H, delayUs: 15 * S, mode: 'fail' },
};
const NEVER: ReschedulePolicy = {
  unlimited: false,
  attempts: 0,
  intervalUs: 0,
  delayUs: 0,
  delayFunction: 'constant',
  maxDelayUs: 0,
};
const RESCHEDULE: Readonly<Record<JobType, ReschedulePolicy>> = {
  service: {
    unlimited: true,
    attempts: 0,
    intervalUs: 0,
    delayUs: 30 * S,
    delayFunction: 'exponential',
    maxDelayUs: H,
  },
  batch: {
    unlimited: false,
    attempts: 1,
    intervalUs: 24 * H,
    delayUs: 5 * S,
    delayFunction: 'constant',
    maxDelayUs: 0,
  },
  system: NEVER,
  sysbatch: NEVER,
};
const UPDATE: UpdateStrategy = {
  maxParallel: 1,
  healthCheck: 'checks',
  minHealthyUs: 10 * S,
  healthyDeadlineUs: 5 * M,
  progressDeadlineUs: 10 * M,
  autoRevert: false,
  autoPromote: false,
  canary: 0,
  staggerUs: 30 * S,
};

export function readRestart(block: SectionReader | undefined, type: JobType, outer?: RestartPolicy): RestartPolicy {
  const otherwise = outer ?? RESTART[type];
  if (block === undefined) return otherwise;
  block.accept('render_templates');
  const policy: RestartPolicy = {
    attempts: block.whole('attempts', otherwise.attempts),
    intervalUs: block.durationUs('interval', otherwise.intervalUs),
    delayUs: block.durationUs('delay', otherwise.delayUs),
    mode: block.text('mode', otherwise.mode, ['fail', 'delay']) as RestartPolicy['mode'],
  };
  block.done();
  if (policy.attempts === 0 && policy.mode === 'delay')
    block.fail('has mode "delay" and no attempts, which says nothing; write mode = "fail", or attempts = 1 or more');
  if (policy.attempts > 0 && policy.attempts * policy.delayUs > policy.intervalUs)
    block.fail(
      `allows ${policy.attempts} attempts ${policy.delayUs / S} s apart, which do not fit into the interval of ${policy.intervalUs / S} s; write a longer interval`,
    );
  return policy;
}

/** `outer`: the job's own block, whose fields a group's takes over. */
export function readReschedule(
  block: SectionReader | undefined,
  type: JobType,
  outer?: ReschedulePolicy,
): ReschedulePolicy {
  const otherwise = outer ?? RESCHEDULE[type];
  if (block === undefined) return otherwise;
  if (type === 'system' || type === 'sysbatch')
    block.fail(`is not for ${type} jobs; leave it out, since their nodes have no substitute`);
  const saysAttempts = block.has('attempts');
  const policy: ReschedulePolicy = {
    attempts: block.whole('attempts', otherwise.attempts),
    unlimited: block.flag('unlimited', saysAttempts ? false : otherwise.unlimited),
    intervalUs: block.durationUs('interval', otherwise.intervalUs),
    delayUs: block.durationUs('delay', otherwise.delayUs),
    delayFunction: block.text('delay_function', otherwise.delayFunction, [
      'constant',
      'exponential',
      'fibonacci',
    ]) as ReschedulePolicy['delayFunction'],
    maxDelayUs: block.durationUs('max_delay', otherwise.maxDelayUs),
  };
  block.done();
  if (!policy.unlimited && policy.attempts > 0 && policy.intervalUs === 0)
    block.fail('has attempts but no interval; write interval = "30m"');
  const mayDelay = policy.unlimited || policy.attempts > 0;
  if (mayDelay && policy.delayUs < 5 * S) block.fail(`has a delay below 5 s; write delay = "5s" or more`);
  if (mayDelay && policy.delayFunction !== 'constant' && policy.maxDelayUs < policy.delayUs)
    block.fail('has a max_delay below its delay; write a longer max_delay');
  return policy;
}

export function readUpdate(block: SectionReader | undefined, outer: UpdateStrategy = UPDATE): UpdateStrategy {
  if (block === undefined) return outer;
  const strategy: UpdateStrategy = {
    maxParallel: block.whole('max_parallel', outer.maxParallel),
    healthCheck: block.text('health_check', outer.healthCheck, [
      'checks',
      'task_states',
      'manual',
    ]) as UpdateStrategy['healthCheck'],
    minHealthyUs: block.durationUs('min_healthy_time', outer.minHealthyUs),
    healthyDeadlineUs: block.durationUs('healthy_deadline', outer.healthyDeadlineUs),
    progressDeadlineUs: block.durationUs('progress_deadline', outer.progressDeadlineUs),
    autoRevert: block.flag('auto_revert', outer.autoRevert),
    autoPromote: block.flag('auto_promote', outer.autoPromote),
    canary: block.whole('canary', outer.canary),
    staggerUs: block.durationUs('stagger', outer.staggerUs),
  };
  block.done();
  if (strategy.minHealthyUs >= strategy.healthyDeadlineUs)
    block.fail('has a healthy_deadline that is not after its min_healthy_time; write a longer healthy_deadline');
  if (strategy.progressDeadlineUs !== 0 && strategy.healthyDeadlineUs >= strategy.progressDeadlineUs)
    block.fail(
      'has a progress_deadline that is not after its healthy_deadline; write a longer progress_deadline, or 0',
    );
  if (strategy.autoPromote && strategy.canary === 0 && block.has('auto_promote'))
    block.fail('promotes by itself but has no canary; write canary = 1 or more');
  return strategy;
}

export function readMigrate(block: SectionReader | undefined, outer?: MigrateStrategy): MigrateStrategy {
  const otherwise = outer ?? {
    maxParallel: 1,
    healthCheck: 'checks' as const,
    minHealthyUs: 10 * S,
    healthyDeadlineUs: 5 * M,
  };
  if (block === undefined) return otherwise;
  const strategy: MigrateStrategy = {
    maxParallel: block.whole('max_parallel', otherwise.maxParallel),
    healthCheck: block.text('health_check', otherwise.healthCheck, [
      'checks',
      'task_states',
    ]) as MigrateStrategy['healthCheck'],
    minHealthyUs: block.durationUs('min_healthy_time', otherwise.minHealthyUs),
    healthyDeadlineUs: block.durationUs('healthy_deadline', otherwise.healthyDeadlineUs),
  };
  block.done();
  return strategy;
}

/** The block, or the fields that said the same before there was one. */
export function readDisconnect(group: SectionReader): DisconnectStrategy {
  const block = group.one('disconnect');
  const oldLostUs = group.durationUs('max_client_disconnect', 0);
  const oldStopUs = group.durationUs('stop_after_client_disconnect', 0);
  const replace = !group.flag('prevent_reschedule_on_lost', false);
  if (block === undefined)
    return { lostAfterUs: oldLostUs, stopOnClientAfterUs: oldStopUs, replace, reconcile: 'best_score' };
  if (group.has('max_client_disconnect') || group.has('stop_after_client_disconnect'))
    block.fail('and max_client_disconnect or stop_after_client_disconnect exclude each other; leave those out');
  const strategy: DisconnectStrategy = {
    lostAfterUs: block.durationUs('lost_after', 0),
    stopOnClientAfterUs: block.durationUs('stop_on_client_after', 0),
    replace: block.flag('replace', true),
    reconcile: block.text('reconcile', 'best_score', [
      'best_score',
      'keep_original',
      'keep_replacement',
      'longest_running',
    ]) as DisconnectStrategy['reconcile'],
  };
  block.done();
  if (strategy.lostAfterUs > 0 && strategy.stopOnClientAfterUs > 0)
    block.fail('has both lost_after and stop_on_client_after; leave one of the two');
  return strategy;
}

/** A `scaling` block is read by the external Nomad Autoscaler; Nomad itself keeps to its bounds when a count is set. */
export function readScaling(block: SectionReader | undefined, count: number): ScalingPolicy | undefined {
  if (block === undefined) return undefined;
  block.accept('type', 'target', 'id');
  const min = block.whole('min', count);
  const max = block.whole('max', Math.max(min, count));
  if (max < min) block.fail(`has min ${min} above max ${max}`);
  const enabled = block.flag('enabled', true);
  const policy = block.one('policy') ?? undefined;
  const raw = block.raw('policy');
  if (raw !== undefined && policy === undefined)
    block.ignore(['policy'], 'policies in JSON are not read; write them in HCL');
  const checks: ScalingPolicy['checks'][number][] = [];
  let cooldownUs = 5 * M;
  let evaluationUs = 10 * S;
  if (policy !== undefined) {
    cooldownUs = policy.durationUs('cooldown', cooldownUs);
    evaluationUs = policy.durationUs('evaluation_interval', evaluationUs);
    policy.accept('target', 'on_check_error', 'cooldown_on_scale_up');
    for (const check of policy.sections('check')) {
      const name = check.label('check "name" { ... }');
      const query = check.text('query', '');
      check.accept('source', 'query_window', 'query_window_offset', 'group', 'on_error');
      const strategy = check.one('strategy');
      check.done();
      const kind = strategy?.section.labels[0];
      const field = strategy?.section.fields.get('target');
      if (strategy === undefined || kind !== 'target-value' || field === undefined) {
        check.reports.note(
          `${check.reports.file}:${check.line}: ${check.path}: only the strategy "target-value" is modelled; this check has no effect here`,
        );
        continue;
      }
      const target = Number(field.value);
      if (!(target > 0)) strategy.failField(field, `is ${JSON.stringify(field.value)}; write a number above 0`);
      const threshold = Number(strategy.section.fields.get('threshold')?.value ?? 0.01);
      checks.push({ name, query, target, threshold });
    }
    policy.done();
  }
  block.done();
  return { enabled, min, max, cooldownUs, evaluationUs, checks };
}
