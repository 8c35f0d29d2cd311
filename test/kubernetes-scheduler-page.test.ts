import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { NewObject } from '../src/orchestrators/kubernetes/api/api-server.ts';
import { readManifests } from '../src/orchestrators/kubernetes/manifests/read-manifests.ts';
import type { AnyObject } from '../src/orchestrators/kubernetes/objects/kinds.ts';
import type { Pod } from '../src/orchestrators/kubernetes/objects/pod.ts';
import {
  DEFAULT_FILTERS,
  DEFAULT_PROFILE,
  DEFAULT_SCORES,
} from '../src/orchestrators/kubernetes/scheduler/default-profile.ts';
import {
  type DecisionExplanation,
  explainDecision,
} from '../src/orchestrators/kubernetes/scheduler/reference/explain-decision.ts';
import { ReferenceCore } from '../src/orchestrators/kubernetes/scheduler/reference/reference-core.ts';

const page = readFileSync('docs/kubernetes-scheduler.md', 'utf8');

/** The example of the page: its cluster with all pods that have a node, and the pod that has none. */
function example(): { core: ReferenceCore; waiting: Pod } {
  const [, text] = /```yaml\n([^`]+)```/.exec(page) ?? [];
  const { objects } = readManifests([{ name: 'page.yaml', chunks: [text] }]);
  const core = new ReferenceCore(DEFAULT_PROFILE);
  let waiting: Pod | undefined;
  objects.forEach((object, i) => {
    const made = complete(object, i + 1);
    if (made.kind === 'Node') core.addNode(made);
    else if (made.kind === 'Service')
      core.setSelector({
        kind: 'Service',
        namespace: 'default',
        name: 'web',
        selector: { matchLabels: made.spec.selector ?? {} },
      });
    else if (made.kind === 'Pod' && made.spec.nodeName !== undefined) core.addPod(made, made.spec.nodeName);
    else if (made.kind === 'Pod') waiting = made;
  });
  if (waiting === undefined) throw new Error('every pod of the page has a node');
  return { core, waiting };
}

function complete(object: NewObject<AnyObject>, id: number): AnyObject {
  const metadata = {
    uid: '',
    labels: {},
    annotations: {},
    ownerReferences: [],
    creationUs: 0,
    generation: 1,
    ...object.metadata,
  };
  return { ...object, id, metadata };
}

/** The rows of the page's table of scores, spaces aside. */
function scoreRows({ nodes }: DecisionExplanation): string[] {
  const scored = nodes.filter(({ scores }) => scores !== undefined);
  const rows = DEFAULT_SCORES.map(({ plugin }) => {
    const cells = scored.map(({ scores = [] }) => {
      const score = scores.find((one) => one.plugin === plugin);
      return score === undefined ? 'skipped' : `${score.raw} → ${score.normalised} × ${score.weight}`;
    });
    return [plugin, ...cells];
  });
  return [
    ['', ...scored.map(({ name }) => name)],
    ...rows,
    ['total', ...scored.map(({ total }) => `**${total}**`)],
  ].map((cells) => `| ${cells.join(' | ')} |`);
}

const withoutSpaces = (row: string): string => row.replace(/ +/g, ' ');

test('the order and the scores of the example are those of the core', () => {
  const { core, waiting } = example();
  const explained = explainDecision(core, waiting);
  expect(page).toContain(`in the order ${explained.nodes.map(({ name }) => name).join(', ')} (`);
  expect(explained.nodes.find(({ name }) => name === 'control-plane')?.rejection?.plugin).toBe('TaintToleration');
  const lines = new Set(page.split('\n').map(withoutSpaces));
  expect(scoreRows(explained).filter((row) => !lines.has(withoutSpaces(row)))).toEqual([]);
  expect(page).toContain(`\`${explained.nodeName ?? ''}\` wins although`);
});

test('so is the refusal', () => {
  const { core, waiting } = example();
  const [container] = waiting.spec.containers;
  const resources = { requests: { cpu: '7500m' }, limits: {} };
  const spec = { ...waiting.spec, containers: [{ ...container, resources }] };
  expect(page).toContain(`\n${core.decide({ ...waiting, spec }).refusal?.message() ?? 'placed'}\n`);
});

test('the tables list the plugins of the default profile', () => {
  const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const named = rows.filter(([, name]) => /^[A-Z]\w+$/.test(name ?? ''));
  const scores = named.filter(([, , weight]) => /^\d+$/.test(weight));
  expect(scores.map(([, plugin, weight]) => ({ plugin, weight: Number(weight) }))).toEqual(DEFAULT_SCORES);
  const filters = named.filter(([, , text]) => /^(that|with|where|any|in|whose|away)/.test(text));
  // NodeVolumeLimits rejects nothing here, which the page says at its end.
  expect(filters.map(([, name]) => name)).toEqual(DEFAULT_FILTERS.filter((name) => name !== 'NodeVolumeLimits'));
});
