import { parseCron } from '../../../kubernetes/controllers/cronjob/cron-schedule.ts';
import { InputError } from '../../../../sim/input-error.ts';
import { secondsUs } from '../../constants.ts';
import { readResources } from '../../text/amount-fields.ts';
import { knownFields, type JsonField } from '../../text/json-field.ts';
import { CONSTRAINT_OPERATORS, type Constraint } from '../marathon/app-spec.ts';
import { FRAMEWORK_LABEL } from '../marathon/read-app.ts';
import { checkValue } from '../marathon/read-constraints.ts';
import type { JobSchedule, JobSpec } from './job-spec.ts';

/** Labels of ours: the role of a job's framework, and how many runs are asked for at once. */
const ROLE_LABEL = 'baton.dev/role';
const RUNS_LABEL = 'baton.dev/runs';

const JOB = knownFields(
  'id labels run schedules',
  'description dependencies activeRuns history historySummary $schema',
);
const RUN = knownFields(
  'cpus mem disk gpus docker ucr maxLaunchDelay restart placement taskKillGracePeriodSeconds',
  'cmd args artifacts env secrets user volumes networks',
);
const DOCKER = knownFields('image forcePullImage', 'privileged parameters pullConfig');
const UCR = knownFields('image', 'privileged');
const UCR_IMAGE = knownFields('id forcePull', 'kind pullConfig');
const RESTART = knownFields('policy activeDeadlineSeconds');
const PLACEMENT = knownFields('constraints');
const CONSTRAINT = knownFields('attribute operator value');
const SCHEDULE = knownFields('id cron timezone startingDeadlineSeconds concurrencyPolicy enabled', 'nextRunAt');

/** Reads a job with all of Metronome's defaults. */
export function readJob(job: JsonField): JobSpec {
  job.object(JOB);
  const idField = job.child('id');
  const id = idField.requiredText();
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(id))
    idField.fault(
      `"${id}" cannot be a job's id; write lowercase letters, digits and hyphens with dots between, like "prod.report"`,
    );
  const run = job.child('run').object(RUN);
  if (!run.isPresent) run.fault('it is missing; write what the job runs');
  const labels = job.child('labels').strings();
  const schedules = job.child('schedules').items().map(readSchedule);
  const docker = run.child('docker').object(DOCKER);
  const ucrImage = run.child('ucr').object(UCR).child('image').object(UCR_IMAGE);
  const restart = run.child('restart').object(RESTART);
  const constraints = run.child('placement').object(PLACEMENT).child('constraints').items().map(readConstraint);
  return {
    id,
    framework: labels[FRAMEWORK_LABEL] ?? 'metronome',
    role: labels[ROLE_LABEL] ?? '*',
    resources: readResources(run, 1, 128),
    image: docker.child('image').text(ucrImage.child('id').text()),
    forcePullImage: docker.child('forcePullImage').boolean(ucrImage.child('forcePull').boolean()),
    constraints,
    restartsOnFailure: restart.child('policy').oneOf(['NEVER', 'ON_FAILURE'], 'NEVER') === 'ON_FAILURE',
    activeDeadlineUs: restart.child('activeDeadlineSeconds').isPresent
      ? secondsUs(restart.child('activeDeadlineSeconds').number(0, 0, 1e8))
      : Infinity,
    maxLaunchDelayUs: secondsUs(run.child('maxLaunchDelay').number(3600, 0, 1e8)),
    taskKillGraceUs: secondsUs(run.child('taskKillGracePeriodSeconds').number(3, 0, 1e6)),
    schedules,
    runs: readRuns(job.child('labels').child(RUNS_LABEL), schedules.length === 0 ? 1 : 0),
    labels,
  };
}

function readRuns(field: JsonField, fallback: number): number {
  if (!field.isPresent) return fallback;
  const runs = Number(field.value);
  if (!Number.isInteger(runs) || runs < 0 || runs > 100_000)
    field.fault(`${JSON.stringify(field.value)} is not a number of runs; write it like "1"`);
  return runs;
}

/** Metronome has names of its own for two operators. */
function readConstraint(constraint: JsonField): Constraint {
  constraint.object(CONSTRAINT);
  const operator = constraint.child('operator').oneOf([...CONSTRAINT_OPERATORS, 'EQ'], 'EQ');
  const value = constraint.child('value').text();
  const same = operator === 'EQ' ? 'IS' : operator;
  checkValue(same, value, constraint.child('value'));
  return { field: constraint.child('attribute').requiredText(), operator: same, value };
}

function readSchedule(schedule: JsonField): JobSchedule {
  schedule.object(SCHEDULE);
  const cron = schedule.child('cron').requiredText();
  const timeZone = schedule.child('timezone').text('UTC');
  try {
    parseCron(cron, timeZone);
  } catch (error) {
    if (error instanceof InputError) schedule.child('cron').fault(error.message);
    throw error;
  }
  return {
    id: schedule.child('id').text('default'),
    cron,
    timeZone,
    startingDeadlineUs: secondsUs(schedule.child('startingDeadlineSeconds').number(900, 0, 1e8)),
    allowsConcurrent: schedule.child('concurrencyPolicy').oneOf(['ALLOW', 'FORBID'], 'ALLOW') === 'ALLOW',
    enabled: schedule.child('enabled').boolean(true),
  };
}
