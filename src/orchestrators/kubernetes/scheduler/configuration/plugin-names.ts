/** A plugin of kube-scheduler and the extension points where it may be enabled (upstream plugins/registry.go). */
export interface KnownPlugin {
  readonly name: string;
  readonly filters: boolean;
  readonly scores: boolean;
  /** Its weight in the default profile. */
  readonly weight: number;
}

/** The plugins of the default profile, in its order (scheduler.md 1; apis/config/v1/default_plugins.go). */
export const DEFAULT_PLUGINS: readonly KnownPlugin[] = [
  plugin('SchedulingGates'),
  plugin('PrioritySort'),
  plugin('NodeUnschedulable', 'filter'),
  plugin('NodeName', 'filter'),
  plugin('TaintToleration', 'filter score', 3),
  plugin('NodeAffinity', 'filter score', 2),
  plugin('NodePorts', 'filter'),
  plugin('NodeResourcesFit', 'filter score'),
  plugin('VolumeRestrictions', 'filter'),
  plugin('NodeVolumeLimits', 'filter'),
  plugin('VolumeBinding', 'filter'),
  plugin('VolumeZone', 'filter'),
  plugin('PodTopologySpread', 'filter score', 2),
  plugin('InterPodAffinity', 'filter score', 2),
  plugin('DynamicResources'),
  plugin('DefaultPreemption'),
  plugin('NodeResourcesBalancedAllocation', 'score'),
  plugin('ImageLocality', 'score'),
  plugin('DefaultBinder'),
  plugin('NodeDeclaredFeatures'),
  plugin('GangScheduling'),
];

function plugin(name: string, points = '', weight = 1): KnownPlugin {
  return { name, filters: points.includes('filter'), scores: points.includes('score'), weight };
}
