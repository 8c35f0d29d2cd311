import { DEFAULT_RESTART, type RestartPolicy } from '../swarm-spec.ts';
import type { ComposeField } from './compose-field.ts';
import type { ServiceNotes } from './service-fields.ts';

/** `restart:` of a service as the stack reads it where there is no `deploy.restart_policy` (docker/cli convertRestartPolicy). */
export function readRestart(restart: ComposeField, notes: ServiceNotes): RestartPolicy {
  const value = restart.node?.value;
  // `restart: no` without quotes is read as text by docker's YAML, as it is here.
  const text =
    typeof value === 'boolean' ? restart.fault(`${value} is no policy; write "no" in quotes`) : restart.optionalText();
  if (text === undefined || text === '') return DEFAULT_RESTART;
  const [, name, count] = /^([a-z-]+)(?::(\d{1,9}))?$/.exec(text) ?? [];
  switch (name) {
    case 'no':
      notes.say(
        restart.noteText(
          'docker stack deploy takes "no" for nothing said, and tasks are restarted on any end; write deploy.restart_policy.condition: none',
        ),
      );
      return DEFAULT_RESTART;
    case 'always':
    case 'unless-stopped':
      return { ...DEFAULT_RESTART, condition: 'any', maxAttempts: Number(count ?? 0) };
    case 'on-failure':
      return { ...DEFAULT_RESTART, condition: 'on-failure', maxAttempts: Number(count ?? 0) };
    default:
      return restart.fault(
        `"${text}" is no restart policy; write always, unless-stopped, on-failure or on-failure:3, or use deploy.restart_policy`,
      );
  }
}
