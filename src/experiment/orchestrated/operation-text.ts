import type { OperatorChange } from '../../orchestrators/data-plane/control-loop.ts';
import { InputError } from '../../sim/input-error.ts';
import { quoted } from '../../sim/quantity.ts';

/** What people do, with files that are not read yet. */
export type OperationText =
  Exclude<OperatorChange, { verb: 'apply' }> | { readonly verb: 'apply-file'; readonly file: string };

const NAME = '([A-Za-z0-9][\\w./-]*)';
const IMAGE = '(\\S+)';

interface Form {
  readonly example: string;
  readonly pattern: RegExp;
  readonly read: (...words: string[]) => OperationText;
}

const form = (example: string, pattern: string, read: Form['read']): Form => ({
  example,
  pattern: new RegExp(`^${pattern}$`),
  read,
});

/** As many as a service of a scenario may have. */
const MOST_REPLICAS = 100_000;

const scale: Form['read'] = (workload, replicas) => {
  if (Number(replicas) > MOST_REPLICAS)
    throw new InputError(`${quoted(replicas)} replicas of ${workload} are too many; write at most ${MOST_REPLICAS}`);
  return { verb: 'scale', workload, replicas: Number(replicas) };
};
const update: Form['read'] = (workload, image) => ({ verb: 'update', workload, image });
const remove: Form['read'] = (workload) => ({ verb: 'remove', workload });
const apply: Form['read'] = (file) => ({ verb: 'apply-file', file });

/** What may be written, in plain words and in those of each system's own command line. */
const FORMS: readonly Form[] = [
  form('scale web=8', `scale ${NAME}[ =](\\d+)`, scale),
  form('update web registry.example/web:2', `update ${NAME} ${IMAGE}`, update),
  form('remove web', `remove ${NAME}`, remove),
  form('drain node-1', `(drain|pause|activate) ${NAME}`, (verb, machine) => ({
    verb: verb as 'drain' | 'pause' | 'activate',
    machine,
  })),
  form('apply stack.yml', 'apply (\\S+)', apply),
  form('docker service scale web=8', `docker service scale ${NAME}=(\\d+)`, scale),
  form(
    'docker service update --image web:2 web',
    `docker service update --image ${IMAGE} ${NAME}`,
    (image, workload) => ({
      verb: 'update',
      workload,
      image,
    }),
  ),
  form('docker service rm web', `docker service rm ${NAME}`, remove),
  form(
    'docker node update --availability drain node-1',
    `docker node update --availability (drain|pause|active) ${NAME}`,
    (availability, machine) => ({
      verb: availability === 'active' ? 'activate' : (availability as 'drain' | 'pause'),
      machine,
    }),
  ),
  form('docker stack deploy -c stack.yml shop', `docker stack deploy -c (\\S+)(?: ${NAME})?`, apply),
  form('nomad job run web.nomad.hcl', 'nomad job run (\\S+)', apply),
  form('nomad job scale web 8', `nomad job scale ${NAME} (\\d+)`, scale),
  form('nomad job stop web', `nomad job stop ${NAME}`, remove),
  form('nomad node drain -enable node-1', `nomad node drain -(enable|disable) ${NAME}`, (what, machine) => ({
    verb: what === 'enable' ? 'drain' : 'activate',
    machine,
  })),
  form(
    'nomad node eligibility -disable node-1',
    `nomad node eligibility -(enable|disable) ${NAME}`,
    (what, machine) => ({
      verb: what === 'disable' ? 'pause' : 'activate',
      machine,
    }),
  ),
  form(
    'aws ecs update-service --service web --desired-count 8',
    `aws ecs update-service --service ${NAME} --desired-count (\\d+)`,
    scale,
  ),
  form(
    'aws ecs update-container-instances-state --container-instances node-1 --status DRAINING',
    `aws ecs update-container-instances-state --container-instances ${NAME} --status (DRAINING|ACTIVE)`,
    (machine, status) => ({ verb: status === 'ACTIVE' ? 'activate' : 'drain', machine }),
  ),
  form('dcos marathon app update web instances=8', `dcos marathon app update /?${NAME} instances=(\\d+)`, scale),
  form('dcos marathon app remove web', `dcos marathon app remove /?${NAME}`, remove),
];

/** Reads a step: `drain node-1`, `docker service scale web=8`. Throws an InputError. */
export function operationOf(text: string): OperationText {
  const words = text.trim().replaceAll(/\s+/g, ' ');
  for (const { pattern, read } of FORMS) {
    const found = pattern.exec(words);
    if (found !== null) return read(...found.slice(1));
  }
  const first = words.split(' ')[0];
  const near = FORMS.filter(({ example }) => example.startsWith(first));
  const examples = (near.length > 0 ? near : FORMS.slice(0, 5)).map(({ example }) => `"${example}"`);
  throw new InputError(`${quoted(text)} is nothing that can be done here; write it like ${examples.join(', ')}`);
}
