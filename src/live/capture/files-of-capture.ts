import { stringify } from 'yaml';
import { countOf } from '../../reporting/format.ts';
import { writeNodeCsv } from '../../workloads/write-node-csv.ts';
import { writePodCsv } from '../../workloads/write-pod-csv.ts';
import type { CapturedHistory } from './captured-history.ts';
import { capturedRequests } from './captured-requests.ts';
import { nodesOfCapture } from './nodes-of-capture.ts';
import { podsOf, processesOf, staysOf } from './rows-of-capture.ts';
import { scenarioOfCapture } from './scenario-of-capture.ts';

export interface CaptureFiles {
  /** Name to text. */
  readonly files: Readonly<Record<string, string>>;
  /** Sentences: how numbers came about that an engine does not know. */
  readonly notes: readonly string[];
}

export const CAPTURE_FILES = {
  history: 'captured.json',
  states: 'captured-states.csv',
  pods: 'captured-pods.csv',
  free: 'captured-free.csv',
  jobs: 'captured-jobs.csv',
  nodes: 'captured-nodes.csv',
  experiment: 'experiment.yaml',
  compare: 'compare.yaml',
  scenario: 'scenario.yaml',
} as const;

/** A captured history as files that the rest of Baton reads. A history without containers has only `captured.json`. */
export function filesOfCapture(history: CapturedHistory): CaptureFiles {
  const json = { [CAPTURE_FILES.history]: `${JSON.stringify(history, null, 1)}\n` };
  const requests = capturedRequests(history);
  const stays = staysOf(history, requests);
  if (stays.length === 0) return { files: json, notes: ['no container was seen, so there is nothing to simulate'] };
  const processes = processesOf(history, requests);
  const { nodes, notes } = nodesOfCapture(history, [stays, processes]);
  const scenario = processes.length === 0 ? undefined : scenarioOfCapture(history, requests, nodes, CAPTURE_FILES.jobs);
  const jobs = new Set(scenario?.jobs);
  const csv = (of: typeof stays, isPinned: boolean): string => [...writePodCsv(podsOf(history, of, isPinned))].join('');
  const endless = processes.filter((one) => one.untilUs === Infinity).length;
  const early = history.containers.filter((one) => one.wasThere).length;
  return {
    files: {
      ...json,
      [CAPTURE_FILES.states]: csv(stays, true),
      [CAPTURE_FILES.nodes]: writeNodeCsv(nodes),
      [CAPTURE_FILES.experiment]: experimentText(
        `Captured ${history.startedAt}: every state of every container, where it was`,
        CAPTURE_FILES.states,
        'first-fit',
      ),
      ...(processes.length > 0 && {
        [CAPTURE_FILES.pods]: csv(processes, true),
        [CAPTURE_FILES.free]: csv(processes, false),
        [CAPTURE_FILES.compare]: experimentText(
          `Captured ${history.startedAt}: who would have placed its processes better?`,
          CAPTURE_FILES.free,
          ['first-fit', 'best-fit', 'worst-fit', 'least-allocated'],
        ),
      }),
      ...(jobs.size > 0 && {
        [CAPTURE_FILES.jobs]: csv(
          processes.filter((one) => jobs.has(one.container)),
          false,
        ),
      }),
      ...(scenario !== undefined && { [CAPTURE_FILES.scenario]: scenario.text }),
    },
    notes: [
      ...notes,
      ...requests.notes,
      ...(early > 0
        ? [
            `${countOf(early, 'container was', 'containers were')} there before the capture began; the first state counts from time 0`,
          ]
        : []),
      ...(endless > 0
        ? [`${countOf(endless, 'process', 'processes')} ran on when the capture ended; as pods they never end`]
        : []),
      ...(scenario?.unsaid ?? []).map((one) => `not in scenario.yaml: ${one}`),
    ],
  };
}

function experimentText(name: string, file: string, policies: string | readonly string[]): string {
  return stringify({
    name,
    clusters: { name: 'captured', file: CAPTURE_FILES.nodes },
    workloads: { name: 'captured', file, format: 'pods' },
    policies,
    seeds: 1,
  });
}
