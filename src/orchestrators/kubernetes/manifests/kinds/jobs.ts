import { InputError } from '../../../../sim/input-error.ts';
import type { NewObject } from '../../api/api-server.ts';
import { parseCron } from '../../controllers/cronjob/cron-schedule.ts';
import type { CronJob, Job, JobSpec } from '../../objects/workloads.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { readTemplateMetadata, requiredOperator, type NewMeta } from './metadata.ts';
import { readTemplate } from './pod-spec.ts';
import { requireSpec } from './workloads.ts';

const JOB = fieldNames(
  `completions parallelism completionMode backoffLimit backoffLimitPerIndex maxFailedIndexes activeDeadlineSeconds
   ttlSecondsAfterFinished suspend podReplacementPolicy podFailurePolicy template`,
  'selector manualSelector successPolicy managedBy',
);
const JOB_STATUS = fieldNames(
  'active ready succeeded failed completedIndexes failedIndexes startTime completionTime conditions terminating uncountedTerminatedPods',
);
const FAILURE_POLICY = fieldNames('rules');
const FAILURE_RULE = fieldNames('action onExitCodes onPodConditions');
const EXIT_CODES = fieldNames('operator values', 'containerName');
const CRON_JOB = fieldNames(
  'schedule timeZone concurrencyPolicy startingDeadlineSeconds suspend successfulJobsHistoryLimit failedJobsHistoryLimit jobTemplate',
);
const JOB_TEMPLATE = fieldNames('metadata spec');

/** Defaults of `pkg/apis/batch/v1/defaults.go`; the status when it is one of a dump. */
export function readJob(field: Field, metadata: NewMeta): NewObject<Job> {
  const spec = readJobSpec(requireSpec(field, JOB));
  const status = field.child('status');
  status.isMap(JOB_STATUS);
  const startUs = status.child('startTime').timeUs();
  const finished = status
    .child('conditions')
    .items()
    .find(
      (item) => ['Complete', 'Failed'].includes(item.child('type').text()) && item.child('status').text() === 'True',
    );
  const finishedUs = finished?.child('lastTransitionTime').timeUs() ?? status.child('completionTime').timeUs();
  return {
    kind: 'Job',
    metadata,
    spec,
    status: {
      active: status.child('active').whole(0),
      ready: status.child('ready').whole(0),
      succeeded: status.child('succeeded').whole(0),
      failed: status.child('failed').whole(0),
      completedIndexes: readIndexes(status.child('completedIndexes')),
      failedIndexes: readIndexes(status.child('failedIndexes')),
      ...(startUs !== undefined && { startUs }),
      ...(finishedUs !== undefined && { finishedUs }),
      ...(finished !== undefined && { outcome: finished.child('type').text() === 'Failed' ? 'Failed' : 'Complete' }),
      reason: finished?.child('reason').text() ?? '',
    },
  };
}

export function readCronJob(field: Field, metadata: NewMeta): NewObject<CronJob> {
  const spec = requireSpec(field, CRON_JOB);
  const timeZone = spec.child('timeZone').text();
  const startingDeadlineSeconds = spec.child('startingDeadlineSeconds').optionalWhole();
  const template = spec.child('jobTemplate');
  if (!template.isMap(JOB_TEMPLATE) && !template.present) template.fault('it is missing; write the spec of its jobs');
  const lastScheduleUs = field.child('status').child('lastScheduleTime').timeUs();
  const schedule = spec.child('schedule').requiredText();
  if (schedule !== '') checkSchedule(spec, schedule, timeZone === '' ? undefined : timeZone);
  return {
    kind: 'CronJob',
    metadata,
    spec: {
      schedule,
      ...(timeZone !== '' && { timeZone }),
      concurrencyPolicy: spec.child('concurrencyPolicy').oneOf(['Allow', 'Forbid', 'Replace'], 'Allow'),
      ...(startingDeadlineSeconds !== undefined && { startingDeadlineSeconds }),
      suspend: spec.child('suspend').boolean(),
      successfulJobsHistoryLimit: spec.child('successfulJobsHistoryLimit').whole(3),
      failedJobsHistoryLimit: spec.child('failedJobsHistoryLimit').whole(1),
      jobTemplate: {
        metadata: readTemplateMetadata(template.child('metadata')),
        spec: readJobSpec(requireSpec(template, JOB)),
      },
    },
    status: {
      active: field
        .child('status')
        .child('active')
        .items()
        .map((item) => item.child('name').text()),
      ...(lastScheduleUs !== undefined && { lastScheduleUs }),
    },
  };
}

/** Says what is wrong with a schedule or its time zone, where it stands. */
function checkSchedule(spec: Field, schedule: string, timeZone: string | undefined): void {
  const say = (name: string, check: () => unknown): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      spec.child(name).fault(error.message);
    }
  };
  say('schedule', () => parseCron(schedule));
  if (timeZone !== undefined) say('timeZone', () => parseCron('@daily', timeZone));
}

function readJobSpec(spec: Field): JobSpec {
  const completionMode = spec.child('completionMode').oneOf(['NonIndexed', 'Indexed'], 'NonIndexed');
  const parallelism = spec.child('parallelism').optionalWhole();
  // Both missing means one of each; parallelism alone is a work queue.
  const completions = spec.child('completions').optionalWhole() ?? (parallelism === undefined ? 1 : undefined);
  if (completionMode === 'Indexed' && completions === undefined)
    spec.child('completions').fault('it is missing, and an Indexed job needs it; write how many indexes there are');
  const backoffLimitPerIndex = spec.child('backoffLimitPerIndex').optionalWhole();
  const maxFailedIndexes = spec.child('maxFailedIndexes').optionalWhole();
  if (backoffLimitPerIndex !== undefined && completionMode !== 'Indexed')
    spec.child('backoffLimitPerIndex').fault('only Indexed jobs have it; write completionMode: Indexed');
  if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined)
    spec.child('maxFailedIndexes').fault('it needs backoffLimitPerIndex; write that too');
  const activeDeadlineSeconds = spec.child('activeDeadlineSeconds').optionalWhole();
  const ttlSecondsAfterFinished = spec.child('ttlSecondsAfterFinished').optionalWhole();
  const podFailurePolicy = readFailurePolicy(spec.child('podFailurePolicy'));
  const template = readTemplate(spec.child('template'), ['OnFailure', 'Never']);
  if (podFailurePolicy !== undefined && template.spec.restartPolicy !== 'Never')
    spec.child('podFailurePolicy').fault('it needs pods that are not restarted; write restartPolicy: Never');
  return {
    ...(completions !== undefined && { completions }),
    parallelism: parallelism ?? 1,
    completionMode,
    backoffLimit: spec.child('backoffLimit').whole(backoffLimitPerIndex === undefined ? 6 : 2_147_483_647),
    ...(backoffLimitPerIndex !== undefined && { backoffLimitPerIndex }),
    ...(maxFailedIndexes !== undefined && { maxFailedIndexes }),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
    ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
    suspend: spec.child('suspend').boolean(),
    podReplacementPolicy: spec
      .child('podReplacementPolicy')
      .oneOf(['TerminatingOrFailed', 'Failed'], podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'),
    ...(podFailurePolicy !== undefined && { podFailurePolicy }),
    template,
  };
}

function readFailurePolicy(field: Field): JobSpec['podFailurePolicy'] {
  if (!field.present || !field.isMap(FAILURE_POLICY)) return undefined;
  return field
    .child('rules')
    .items()
    .map((item) => {
      item.isMap(FAILURE_RULE);
      const codes = item.child('onExitCodes');
      const conditions = item
        .child('onPodConditions')
        .items()
        .map((one) => one.child('type').requiredText());
      if (codes.present === conditions.length > 0)
        item.fault('a rule looks at exit codes or at conditions; write either onExitCodes or onPodConditions');
      return {
        action: requiredOperator(item.child('action'), ['FailJob', 'Ignore', 'Count', 'FailIndex']),
        ...(codes.isMap(EXIT_CODES) && {
          exitCodes: {
            operator: requiredOperator(codes.child('operator'), ['In', 'NotIn']),
            values: codes
              .child('values')
              .items()
              .map((one) => one.whole(0)),
          },
        }),
        ...(conditions.length > 0 && { conditions }),
      };
    });
}

/** An Indexed job has at most 100,000 (`maxParallelismForIndexedJob`). */
const MOST_INDEXES = 100_000;

/** `1,3-5` as 1, 3, 4, 5. */
function readIndexes(field: Field): number[] {
  const indexes: number[] = [];
  for (const part of field.text().split(',')) {
    const [, first, last = first] = /^([0-9]{1,6})(?:-([0-9]{1,6}))?$/.exec(part.trim()) ?? [];
    if (Number(last) - Number(first) + indexes.length > MOST_INDEXES) {
      field.fault(`it names more than ${MOST_INDEXES} indexes, which no job has`);
      return [];
    }
    for (let index = Number(first); index <= Number(last); index++) indexes.push(index);
  }
  return indexes;
}
