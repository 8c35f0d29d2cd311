import { changeOf } from '../orchestrators/kubernetes/changes/change-text.ts';
import type { TimedChange } from '../orchestrators/kubernetes/kubernetes-spec.ts';
import { answerHere, whatIf, type KubernetesQuestion } from '../experiment/local/explain-kubernetes.ts';
import { inputsHere, specHere } from '../experiment/local/execute-kubernetes.ts';
import { openNamed } from '../experiment/local/scenarios-here.ts';
import { changeWithFiles } from '../experiment/kubernetes/kubernetes-spec-of.ts';
import { InputError } from '../sim/input-error.ts';
import { note, painter, print, printJson } from './console-output.ts';
import type { ExplainFlags } from './explain.ts';
import { decisionText, pendingText, storyText, whatIfText } from './kubernetes-explanation-text.ts';
import { oneScenarioPlan } from './one-scenario-plan.ts';
import { ProgressLine } from './progress-line.ts';

const HOW =
  'write: baton explain pod <name> <manifests or scenario>, or: baton explain pending <manifests or scenario>';

/** `baton explain pod web-7 manifests/`, `baton explain pending manifests/`, each with what-ifs. */
export async function explainKubernetes(words: readonly string[], flags: ExplainFlags): Promise<void> {
  const [what, ...rest] = words;
  if (what === 'why' && rest[0] === 'pending') return explainKubernetes(rest, flags);
  const pod = what === 'pod' ? rest.shift() : undefined;
  if ((what !== 'pod' && what !== 'pending') || rest.length !== 1 || (what === 'pod' && pod === undefined))
    throw new InputError(`"${words.join(' ')}" is no question; ${HOW}`);
  const named = openNamed(rest[0], flags.set ?? []);
  const plan = named.kind === 'scenario' ? oneScenarioPlan(named.planned, rest[0], flags) : undefined;
  if (plan?.kubernetes === undefined)
    throw new InputError(`${rest[0]}: this is no Kubernetes cluster; for other runs write: baton explain --pod <name>`);
  const { kubernetes, seed } = plan;
  const spec = specHere(kubernetes, () => undefined);
  const inputs = inputsHere(() => undefined);
  const question: KubernetesQuestion = {
    ...(pod !== undefined && { pod }),
    ...(flags.attempt !== undefined && { attempt: flags.attempt }),
    ...(flags.at !== undefined && { atUs: flags.at }),
  };
  const progress = new ProgressLine(process.stderr);
  const heard = (events: number): void => progress.show({ total: 1, done: 0, failed: 0, running: 1, events });
  const paint = painter(process.stdout);
  try {
    if (flags.whatIf !== undefined) {
      // `--at` says when to change something; what comes of it is seen at the end.
      const { atUs: _, ...toTheEnd } = question;
      const changes = flags.whatIf.map((text): Omit<TimedChange, 'atUs'> => ({
        text,
        change: changeWithFiles(changeOf(text), kubernetes.policies.version, inputs),
      }));
      const answer = whatIf(spec, seed, toTheEnd, changes, flags.at, heard);
      progress.end();
      if (flags.json) printJson(answer);
      else print(whatIfText(answer, flags.whatIf, paint));
      return;
    }
    const answer = answerHere(spec, seed, question, heard);
    progress.end();
    if (flags.json) printJson(answer);
    else if (answer.story === undefined) print(pendingText(answer, paint));
    else {
      const { chosenFrom } = answer;
      if (chosenFrom !== undefined)
        note(
          `"${chosenFrom.name}" made ${chosenFrom.pods === 1 ? 'one pod' : `${chosenFrom.pods} pods; this is one of them`}`,
        );
      print(storyText(answer.story, paint));
      if (answer.story.attempt !== undefined)
        print(`\n${decisionText(answer.story.attempt.explanation, flags.all ?? false, paint)}`);
      else note('the scheduler has made no attempt to place it');
    }
  } finally {
    progress.end();
  }
}
