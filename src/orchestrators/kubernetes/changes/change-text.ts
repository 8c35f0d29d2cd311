import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import type { ClusterChange, ObjectName } from '../kubernetes-spec.ts';
import { hasNamespace, kindCalled } from './kind-names.ts';

/** A change as it is written down, before files are read. */
export type ChangeText =
  | Exclude<ClusterChange, { verb: 'apply' } | { verb: 'configure-scheduler' }>
  | { readonly verb: 'apply-file'; readonly file: string }
  | { readonly verb: 'configure-scheduler-file'; readonly file: string };

interface Words {
  readonly plain: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  readonly namespace: string;
}

/** Flags that are followed by their value as another word. */
const WITH_VALUE = new Set(['-n', '--namespace', '-f', '--filename', '--replicas', '--grace-period', '--timeout']);
/** Flags that say what holds here anyway. */
const TAKEN_FOR_GRANTED = new Set([
  '--ignore-daemonsets',
  '--delete-emptydir-data',
  '--force',
  '--now',
  '--wait',
  '--overwrite',
  '--all-containers',
  '--cascade',
]);

const VERBS: Readonly<Record<string, (words: Words) => ChangeText>> = {
  apply: (words) => ({ verb: 'apply-file', file: flag(words, ['-f', '--filename'], 'apply -f manifests/web.yaml') }),
  create: (words) => VERBS['apply'](words),
  delete: (words) => {
    const grace = words.flags.get('--grace-period');
    return {
      verb: 'delete',
      object: objectOf(words, 0),
      ...(grace !== undefined && { graceSeconds: whole(grace, '--grace-period') }),
    };
  },
  scale: (words) => ({
    verb: 'scale',
    object: objectOf(words, 0),
    replicas: whole(flag(words, ['--replicas'], 'scale deployment/web --replicas=5'), '--replicas'),
  }),
  set: (words) => {
    if (words.plain[0] !== 'image')
      throw new InputError('only images are set so; write set image deployment/web app=web:2');
    const { object, next } = objectAt(words, 1);
    const [container, image] = cut(words.plain[next] ?? '', '=');
    if (image === undefined || image === '') throw new InputError('write it like set image deployment/web app=web:2');
    return { verb: 'set-image', object, container, image };
  },
  rollout: (words) => {
    if (words.plain[0] !== 'restart')
      throw new InputError('of rollouts only restart is known; write rollout restart deployment/web');
    return { verb: 'restart', object: objectOf(words, 1) };
  },
  cordon: (words) => ({ verb: 'cordon', node: nodeOf(words, 0) }),
  uncordon: (words) => ({ verb: 'uncordon', node: nodeOf(words, 0) }),
  drain: (words) => {
    const timeout = words.flags.get('--timeout');
    return {
      verb: 'drain',
      node: nodeOf(words, 0),
      ...(timeout !== undefined && { timeoutSeconds: secondsOf(timeout) }),
    };
  },
  taint: (words) => {
    const isNamed = /^no(des?)?$/.test(words.plain[0] ?? '');
    return { verb: 'taint', node: nodeOf(words, isNamed ? 1 : 0), ...taintOf(words.plain[isNamed ? 2 : 1] ?? '') };
  },
  label: (words) => {
    const { object, next } = objectAt(words, 0);
    const labels: Record<string, string | null> = {};
    for (const word of words.plain.slice(next)) {
      const [key, value] = cut(word, '=');
      if (value !== undefined) labels[key] = value;
      else if (word.endsWith('-')) labels[word.slice(0, -1)] = null;
      else throw new InputError(`"${word}" is no label; write key=value, or key- to take one away`);
    }
    if (Object.keys(labels).length === 0) throw new InputError('no label is named; write label node n1 disk=ssd');
    return { verb: 'label', object, labels };
  },
};

/** What is no API call. */
const OTHERS: readonly { readonly form: RegExp; readonly make: (match: RegExpExecArray) => ChangeText }[] = [
  {
    form: /^(stop|start) machine (\S+)$/,
    make: ([, verb, node]) => ({ verb: verb === 'stop' ? 'stop-machine' : 'start-machine', node }),
  },
  {
    form: /^add (\d+) nodes? like (\S+)$/,
    make: ([, count, like]) => ({ verb: 'add-nodes', like, count: nodeCount(count) }),
  },
  {
    form: /^set weight ([A-Za-z]+)=(\d+)$/,
    make: ([, plugin, weight]) => ({ verb: 'set-weight', plugin, weight: Number(weight) }),
  },
  { form: /^configure scheduler (\S+)$/, make: ([, file]) => ({ verb: 'configure-scheduler-file', file }) },
];

/**
 * Reads what someone does to a cluster: a line of kubectl (`kubectl drain n1`, `kubectl scale deployment/web
 * --replicas=5`, with or without the first word), `stop machine n1`, `start machine n1`, `add 2 nodes like n1`,
 * `set weight NodeResourcesFit=5`, or `configure scheduler packing.yaml`. Throws an InputError that says how to write it.
 */
export function changeOf(text: string): ChangeText {
  const line = text.trim().replace(/\s+/g, ' ');
  for (const { form, make } of OTHERS) {
    const match = form.exec(line);
    if (match !== null) return make(match);
  }
  const [first, ...rest] = line.replace(/^(kubectl|k) /, '').split(' ');
  const read = Object.hasOwn(VERBS, first) ? VERBS[first] : undefined;
  if (read === undefined)
    throw new InputError(
      `"${text}" is nothing that can be done here${suggestion(first, Object.keys(VERBS))}; write it like "kubectl drain n1", "stop machine n1" or "add 2 nodes like n1"`,
    );
  return read(wordsOf(rest));
}

function wordsOf(rest: readonly string[]): Words {
  const plain: string[] = [];
  const flags = new Map<string, string>();
  for (let k = 0; k < rest.length; k++) {
    const word = rest[k];
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const [name, value] = cut(word, '=');
    if (WITH_VALUE.has(name)) flags.set(name, value ?? rest[++k] ?? '');
    else if (!TAKEN_FOR_GRANTED.has(name))
      throw new InputError(
        `the flag ${name} is not known here${suggestion(name, [...WITH_VALUE, ...TAKEN_FOR_GRANTED])}; leave it out`,
      );
  }
  return { plain, flags, namespace: flags.get('-n') ?? flags.get('--namespace') ?? 'default' };
}

function objectOf(words: Words, from: number): ObjectName {
  return objectAt(words, from).object;
}

/** `deployment/web` or `deployment web`, and where the words go on behind it. */
function objectAt({ plain, namespace }: Words, from: number): { object: ObjectName; next: number } {
  const [kindName, inside] = cut(plain[from] ?? '', '/');
  const name = inside ?? plain[from + 1];
  if (kindName === '' || name === undefined || name === '')
    throw new InputError('no object is named; write its kind and name, such as deployment/web');
  const kind = kindCalled(kindName);
  return {
    object: { kind, namespace: hasNamespace(kind) ? namespace : '', name },
    next: inside === undefined ? from + 2 : from + 1,
  };
}

function nodeOf({ plain }: Words, at: number): string {
  const name = (plain[at] ?? '').replace(/^(node|no)\//, '');
  if (name === '') throw new InputError('no node is named; write it like drain n1');
  return name;
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** `key=value:NoSchedule` puts a taint on; with a dash behind it, `key:NoSchedule-` or `key-` take off what has the key. */
function taintOf(word: string): Pick<Extract<ClusterChange, { verb: 'taint' }>, 'key' | 'value' | 'effect' | 'remove'> {
  const remove = word.endsWith('-');
  const [keyAndValue, effectName] = cut(remove ? word.slice(0, -1) : word, ':');
  const effect = EFFECTS.find((one) => one === effectName);
  const [key, value = ''] = cut(keyAndValue, '=');
  const isWhole = effect !== undefined || (remove && effectName === undefined);
  if (!isWhole || key === '')
    throw new InputError(
      `"${word}" is no taint; write key=value:NoSchedule (or PreferNoSchedule, NoExecute), and - at its end, or key-, to take it away`,
    );
  return { key, value, ...(effect !== undefined && { effect }), ...(remove && { remove }) };
}

/** More than any cluster has would only be waited for. */
function nodeCount(text: string): number {
  const count = Number(text);
  if (count >= 1 && count <= 10_000) return count;
  throw new InputError(`${text} nodes cannot be added; write 1 to 10000`);
}

function flag({ flags }: Words, names: readonly string[], example: string): string {
  for (const name of names) {
    const value = flags.get(name);
    if (value !== undefined && value !== '') return value;
  }
  throw new InputError(`${names.join(' or ')} is missing; write it like ${example}`);
}

function whole(text: string, what: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new InputError(`${what} "${text}" is no whole number; write it like ${what}=3`);
}

function secondsOf(text: string): number {
  const match = /^(\d+)(s|m|h)?$/.exec(text);
  if (match === null) throw new InputError(`--timeout "${text}" is no time; write it like --timeout=60s`);
  return Number(match[1]) * (match[2] === 'h' ? 3600 : match[2] === 'm' ? 60 : 1);
}

/** The two sides of the first separator; the second is undefined when there is none. */
function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
