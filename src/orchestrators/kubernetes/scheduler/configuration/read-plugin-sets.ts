import type { Field } from '../../manifests/fields/field.ts';
import { fieldNames } from '../../manifests/fields/field-names.ts';
import { DEFAULT_PLUGINS, type KnownPlugin } from './plugin-names.ts';

/** Which plugins a profile runs where. */
export interface EnabledPlugins {
  readonly filters: readonly string[];
  readonly scores: readonly { readonly plugin: string; readonly weight: number }[];
  readonly preemption: boolean;
  readonly dynamicResources: boolean;
}

const POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
  'multiPoint',
  'placementGenerate',
  'placementScore',
] as const;
const PLUGINS = fieldNames(POINTS.join(' '));
const SET = fieldNames('enabled disabled');
const PLUGIN = fieldNames('name weight');

/**
 * Reads `plugins` of a profile: what is enabled or disabled (`*`: everything) at one point or at all of them
 * (multiPoint), laid over the default profile. The order is upstream's (framework/runtime/framework.go,
 * expandMultiPointPlugins): first the default plugins that the point itself names, in its order, then the others of
 * multiPoint, then what else the point names.
 */
export function readPluginSets(field: Field): EnabledPlugins {
  field.isMap(PLUGINS);
  const sets = new Map(POINTS.map((point) => [point, readSet(field.child(point))]));
  const at = (point: (typeof POINTS)[number]): PluginSet => sets.get(point) ?? NOTHING;
  const everywhere = overDefaults(at('multiPoint'));
  for (const point of ['filter', 'score'] as const) requirePoint(field.child(point), point);
  for (const point of ['preFilter', 'preScore'] as const) {
    const what = point === 'preFilter' ? 'filter' : 'score';
    if (at(point).disabled.size > 0)
      field.child(point).note(`it goes by what is enabled under ${what}; disable the plugin there`);
  }
  const runs = (point: (typeof POINTS)[number], name: string): boolean =>
    expand(everywhere, at(point), (plugin) => plugin.name === name).length > 0;
  if (!runs('queueSort', 'PrioritySort'))
    field.fault('no plugin sorts the queue; enable PrioritySort under queueSort or multiPoint');
  if (!runs('bind', 'DefaultBinder'))
    field.fault('no plugin binds pods; enable DefaultBinder under bind or multiPoint');
  return {
    filters: expand(everywhere, at('filter'), (plugin) => plugin.filters).map(({ name }) => name),
    scores: expand(everywhere, at('score'), (plugin) => plugin.scores).map(({ name, weight }) => ({
      plugin: name,
      weight,
    })),
    preemption: runs('postFilter', 'DefaultPreemption'),
    dynamicResources: runs('postFilter', 'DynamicResources'),
  };
}

interface EnabledPlugin {
  readonly name: string;
  readonly weight: number;
}

interface PluginSet {
  readonly enabled: readonly EnabledPlugin[];
  readonly disabled: ReadonlySet<string>;
}

const NOTHING: PluginSet = { enabled: [], disabled: new Set() };

function readSet(field: Field): PluginSet {
  field.isMap(SET);
  const enabled: EnabledPlugin[] = [];
  for (const item of field.child('enabled').items()) {
    item.isMap(PLUGIN);
    const name = readName(item.child('name'));
    if (enabled.some((other) => other.name === name)) item.fault(`"${name}" is enabled here twice; delete one`);
    // No weight and weight 0 are 1, also for plugins whose default weight is another.
    const weight = item.child('weight').whole(1, 0) || 1;
    if (name !== '') enabled.push({ name, weight });
  }
  const disabled = new Set<string>();
  for (const item of field.child('disabled').items()) {
    item.isMap(PLUGIN);
    const name = item.child('name');
    disabled.add(name.value === '*' ? '*' : readName(name));
  }
  return { enabled, disabled };
}

function readName(field: Field): string {
  if (!field.present) field.fault('it is missing; write the name of a plugin');
  return field.optionalOneOf(DEFAULT_PLUGINS.map(({ name }) => name)) ?? '';
}

function requirePoint(field: Field, point: 'filter' | 'score'): void {
  for (const item of field.child('enabled').items()) {
    const plugin = known(item.child('name').value);
    if (plugin === undefined || (point === 'filter' ? plugin.filters : plugin.scores) || NEITHER.has(plugin.name))
      continue;
    item.child('name').fault(`"${plugin.name}" does not ${point} nodes; delete it here`);
  }
}

/** Plugins that filter or score only what is not modelled, such as device claims: they may be named and do nothing. */
const NEITHER: ReadonlySet<string> = new Set(['DynamicResources', 'VolumeBinding', 'NodeDeclaredFeatures']);

/** The default plugins less those that are disabled; one that is enabled again keeps its place and gets its new weight. */
function overDefaults({ enabled, disabled }: PluginSet): EnabledPlugin[] {
  const kept = disabled.has('*') ? [] : DEFAULT_PLUGINS.filter(({ name }) => !disabled.has(name));
  const merged: EnabledPlugin[] = kept.map((plugin) => enabled.find((other) => other.name === plugin.name) ?? plugin);
  for (const plugin of enabled) if (!merged.some((other) => other.name === plugin.name)) merged.push(plugin);
  return merged;
}

function expand(
  everywhere: readonly EnabledPlugin[],
  here: PluginSet,
  extendsPoint: (plugin: KnownPlugin) => boolean,
): EnabledPlugin[] {
  const fits = ({ name }: EnabledPlugin): boolean => {
    const plugin = known(name);
    return plugin !== undefined && extendsPoint(plugin);
  };
  const own = here.enabled.filter(fits);
  if (here.disabled.has('*')) return own;
  const general = everywhere.filter((plugin) => fits(plugin) && !here.disabled.has(plugin.name));
  const isIn = (list: readonly EnabledPlugin[], name: string): boolean => list.some((other) => other.name === name);
  return [
    ...own.filter(({ name }) => isIn(general, name)),
    ...general.filter(({ name }) => !isIn(own, name)),
    ...own.filter(({ name }) => !isIn(general, name)),
  ];
}

function known(name: unknown): KnownPlugin | undefined {
  return DEFAULT_PLUGINS.find((plugin) => plugin.name === name);
}
