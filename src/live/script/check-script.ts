import type { ReplayScript, ScriptStep } from './replay-script.ts';
import { isRunId } from './run-id.ts';
import { ScriptState } from './script-state.ts';

/** Sentences that are kept; a script that is wrong is mostly wrong in many places. */
const MOST = 20;

/** What of a script is impossible: sentences with the step's number; none: it can be carried out. */
export function checkScript(script: ReplayScript): string[] {
  const faults: string[] = [];
  const say = (sentence: string): void => {
    if (faults.length < MOST) faults.push(sentence);
  };
  checkTexts(script, say);
  checkPods(script, say);
  const state = new ScriptState(script);
  let lastUs = 0;
  script.steps.forEach((step, k) => {
    const where = `step ${k} (${step.do} at ${step.atUs} µs)`;
    if (!Number.isSafeInteger(step.atUs) || step.atUs < 0)
      say(`${where}: times are whole numbers of microseconds from 0 on`);
    if (step.atUs < lastUs) say(`${where}: it comes before the step before it, which is at ${lastUs} µs`);
    if (step.atUs > script.durationUs) say(`${where}: the run ends at ${script.durationUs} µs`);
    lastUs = Math.max(lastUs, step.atUs);
    const missing = missingPart(script, step);
    if (missing !== undefined) {
      say(`${where}: ${missing}`);
      return;
    }
    const fault = faultOf(state, step);
    if (fault !== undefined) say(`${where}: ${nameOf(script, step)} ${fault}`);
    state.advance(step);
  });
  return faults;
}

/** Its id names a folder and labels, and the other texts are printed. */
function checkTexts({ runId, title, policy, nodes, services }: ReplayScript, say: (sentence: string) => void): void {
  if (!isRunId(runId)) say(`"${runId}" is no id of a run; write letters and digits, like 3f2a9c…`);
  const texts = [
    title,
    policy,
    ...nodes.flatMap(({ name, zone = '' }) => [name, zone]),
    ...services.map(({ name }) => name),
  ];
  const painted = texts.find((text) => /\p{Cc}/u.test(text));
  if (painted !== undefined) say(`"${painted}" has control characters; write it without`);
  const names = new Set<string>();
  nodes.forEach(({ name }, k) => {
    if (names.has(name)) say(`node ${k}: "${name}" is the name of another node too`);
    names.add(name);
  });
}

function checkPods({ pods, services }: ReplayScript, say: (sentence: string) => void): void {
  const names = new Set<string>();
  pods.forEach(({ name, workload, service }, k) => {
    if (!/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(name))
      say(`pod ${k}: "${name}" is no name; write at most 63 lower-case letters, digits, "-" and "."`);
    if (names.has(name)) say(`pod ${k}: "${name}" is the name of another pod too`);
    names.add(name);
    if (/\p{Cc}/u.test(workload)) say(`pod ${k}: its workload "${workload}" has control characters; write it without`);
    if (service !== undefined && services[service] === undefined) say(`pod ${k}: there is no service ${service}`);
  });
}

function missingPart({ pods, nodes }: ReplayScript, step: ScriptStep): string | undefined {
  if ('pod' in step && pods[step.pod] === undefined) return `there is no pod ${step.pod}`;
  if ('node' in step && nodes[step.node] === undefined) return `there is no node ${step.node}`;
  return undefined;
}

function nameOf({ pods, nodes }: ReplayScript, step: ScriptStep): string {
  return 'pod' in step ? pods[step.pod].name : nodes[step.node].name;
}

/** What is against the step as things stand: the end of a sentence that begins with the name of its pod or node. */
function faultOf(state: ScriptState, step: ScriptStep): string | undefined {
  return 'pod' in step ? podFault(state, step) : nodeFault(state, step);
}

function podFault({ pods, nodes }: ScriptState, step: Extract<ScriptStep, { pod: number }>): string | undefined {
  const pod = pods[step.pod];
  if (step.do === 'start') {
    if (pod.starts > 0) return 'has been started before';
    const node = nodes[step.node];
    if (!node.isThere) return 'is started on a node that is not there';
    return node.isDown ? 'is started on a node that is down' : undefined;
  }
  if (pod.starts === 0) return 'has never been started';
  if (pod.state === 'absent') return 'is gone already';
  const runs = pod.state !== 'exited';
  switch (step.do) {
    case 'ready':
      if (!runs) return 'has ended';
      return pod.state === 'paused' ? 'is paused' : pod.isReady ? 'is ready already' : undefined;
    case 'unready':
      return pod.isReady ? undefined : 'is not ready';
    case 'rotate-in':
      return step.weight === undefined || step.weight > 0 ? undefined : 'cannot have such a weight; write one above 0';
    case 'rotate-out':
      return pod.isInRotation ? undefined : 'is not in rotation';
    case 'stop':
      if (!runs) return 'has ended';
      if (!(step.graceUs >= 0)) return 'cannot have such a grace; write 0 or more';
      return pod.isStopping ? 'has been told to stop before' : undefined;
    case 'finish':
      if (!runs) return 'has ended';
      return pod.state === 'paused' && !pod.isStopping ? 'is paused' : undefined;
    case 'kill':
      return runs ? undefined : 'has ended';
    case 'restart':
      if (runs) return 'runs';
      if (pod.isStopping) return 'has been told to stop';
      return nodes[pod.node].isDown ? 'is on a node that is down' : undefined;
    case 'pause':
      return pod.state === 'running' ? undefined : `is ${pod.state}`;
    case 'resume':
      return pod.state === 'paused' ? undefined : 'is not paused';
    case 'resize':
      return step.cpuMilli >= 0 && step.memBytes >= 0 ? undefined : 'cannot have such a size; write 0 or more';
    default:
      return undefined;
  }
}

function nodeFault(state: ScriptState, step: Exclude<ScriptStep, { pod: number }>): string | undefined {
  const node = state.nodes[step.node];
  if (step.do === 'node-added') return node.isThere ? 'is there already' : undefined;
  if (!node.isThere) return 'is not there';
  switch (step.do) {
    case 'node-removed': {
      const left = [...state.there].filter((pod) => state.pods[pod].node === step.node).length;
      return left === 0 ? undefined : `still has ${left} pods`;
    }
    case 'node-down':
      return node.isDown ? 'is down already' : undefined;
    case 'node-up':
      return node.isDown ? undefined : 'is not down';
    case 'node-cut-off':
      return node.isCutOff ? 'is cut off already' : undefined;
    case 'node-back':
      return node.isCutOff ? undefined : 'is not cut off';
    default:
      return step.speed > 0 ? undefined : 'cannot have such a speed; write one above 0';
  }
}
