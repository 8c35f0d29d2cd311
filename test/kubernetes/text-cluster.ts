import { kubernetesSpecOf, type KubernetesInputs } from '../../src/experiment/kubernetes/kubernetes-spec-of.ts';
import { planKubernetes } from '../../src/experiment/kubernetes/plan-kubernetes.ts';
import { endOfScenario } from '../../src/experiment/orchestrator-of-text.ts';
import { KubernetesRun } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { KubernetesSpec } from '../../src/orchestrators/kubernetes/kubernetes-spec.ts';
import { readManifests } from '../../src/orchestrators/kubernetes/manifests/read-manifests.ts';

const FILE = 'scenario.yaml';

/** Of a scenario's text what its variants run, in order, the first `most` of them; `others` are files that it names, by their names. Pure, so that it runs in a page. */
export function specsOfText(
  text: string,
  note: (sentence: string) => void = () => undefined,
  others: Readonly<Record<string, string>> = {},
  most = Infinity,
): { readonly name: string; readonly spec: KubernetesSpec }[] {
  const { variants } = planKubernetes(text, {
    file: FILE,
    title: 'scenario',
    names: {
      placements: [],
      queues: [],
      backfills: [],
      isPlacement: () => true,
      isBackfill: () => true,
      isFile: () => false,
    },
    resolvePath: (path) => path,
    manifestsAt: (path) => [path],
  });
  const inputs: KubernetesInputs = {
    read: (files) => {
      const set = readManifests(
        files.map(({ file, behindScenario }) => ({
          name: file,
          chunks: [behindScenario === true ? behind(text) : (others[file] ?? '')],
        })),
      );
      for (const report of set.reports) note(report.text);
      return { objects: set.objects, schedulers: [], ...(set.startMs !== undefined && { startMs: set.startMs }) };
    },
    open: () => {
      throw new Error('the scenario reads no file');
    },
    note,
  };
  return variants.slice(0, most).map(({ workload, policy, kubernetes }) => ({
    name: `${workload.name}, ${policy.name}`,
    spec: kubernetesSpecOf(kubernetes!, inputs),
  }));
}

/** The manifests, in the lines that they have in the whole. */
function behind(text: string): string {
  const end = endOfScenario(text);
  return text.slice(0, end).replaceAll(/[^\n]/g, '') + text.slice(end);
}

/** A run of the first variant of a scenario's text. */
export function runOfText(text: string, seed: number | string = 1): KubernetesRun {
  const [{ spec }] = specsOfText(text);
  return new KubernetesRun(spec, { seed });
}
