import { FaultList } from '../manifests/fields/fault-list.ts';
import { Field } from '../manifests/fields/field.ts';
import { fieldNames } from '../manifests/fields/field-names.ts';
import { type ManifestReport, ReportBook } from '../manifests/fields/manifest-reports.ts';
import type { ManifestDocument } from '../manifests/text/manifest-document.ts';
import { readPluginArguments } from './configuration/read-plugin-args.ts';
import { readPluginSets } from './configuration/read-plugin-sets.ts';
import { DEFAULT_PROFILE, defaultConfiguration } from './default-profile.ts';
import type { SchedulerConfiguration, SchedulerProfile, SchedulerVersion } from './scheduler-profile.ts';

/** The API version that kube-scheduler 1.36 reads. */
export const CONFIGURATION_API_VERSION = 'kubescheduler.config.k8s.io/v1';

const CONFIGURATION = fieldNames(
  'apiVersion kind parallelism percentageOfNodesToScore podInitialBackoffSeconds podMaxBackoffSeconds profiles',
  'metadata leaderElection clientConnection enableProfiling enableContentionProfiling debugging extenders delayCacheUntilActive',
);
const PROFILE = fieldNames('schedulerName percentageOfNodesToScore plugins pluginConfig');

/**
 * Reads a KubeSchedulerConfiguration (v1; upstream pkg/scheduler/apis/config): profiles with their plugins, weights and
 * arguments, everything else as kube-scheduler's defaults. Faults are noted in the field's reading, with file, line and
 * the way to the field. Extenders are programs elsewhere and have no effect. `version`: by which release's rules.
 */
export function readSchedulerConfiguration(field: Field, version: SchedulerVersion = '1.36'): SchedulerConfiguration {
  const defaults = defaultConfiguration(version);
  field.isMap(CONFIGURATION);
  const apiVersion = field.child('apiVersion');
  if (apiVersion.present && apiVersion.value !== CONFIGURATION_API_VERSION)
    apiVersion.fault(`this version is not read; write ${CONFIGURATION_API_VERSION}`);
  const percentage = field.child('percentageOfNodesToScore').whole(0, 0, 100);
  const initial = field.child('podInitialBackoffSeconds').whole(defaults.podInitialBackoffSeconds, 1);
  const most = field.child('podMaxBackoffSeconds').whole(defaults.podMaxBackoffSeconds, 1);
  if (most < initial)
    field
      .child('podMaxBackoffSeconds')
      .fault(`${most} is less than podInitialBackoffSeconds, ${initial}; write ${initial} or more`);
  const profiles = readProfiles(field.child('profiles'), {
    ...DEFAULT_PROFILE,
    percentageOfNodesToScore: percentage,
    version,
  });
  return {
    profiles,
    parallelism: field.child('parallelism').whole(defaults.parallelism, 1),
    podInitialBackoffSeconds: initial,
    podMaxBackoffSeconds: most,
  };
}

/**
 * The same of a whole document, as manifests hold it (`ManifestSet.schedulerConfigurations`), and what of it has no
 * effect. Throws one InputError with a line for each fault: `file:line:column: field: what it is; what to write`.
 */
export function schedulerConfigurationOf(
  document: ManifestDocument,
  version: SchedulerVersion = '1.36',
): { readonly configuration: SchedulerConfiguration; readonly reports: readonly ManifestReport[] } {
  const state = {
    faults: new FaultList(),
    reports: new ReportBook(),
    texts: new Map<string, string>(),
    parts: new Map<string, unknown>(),
    newestUs: 0,
  };
  const configuration = readSchedulerConfiguration(new Field({ document, state, faults: 0 }, document.data), version);
  state.faults.throwAny();
  return { configuration, reports: state.reports.all() };
}

function readProfiles(field: Field, defaults: SchedulerProfile): SchedulerProfile[] {
  const items = field.items();
  if (items.length === 0) return [defaults];
  const names = new Set<string>();
  return items.map((item) => {
    item.isMap(PROFILE);
    const name = item.child('schedulerName');
    if (!name.present && items.length > 1) name.fault('it is missing; with several profiles each needs its name');
    const schedulerName = name.text(defaults.schedulerName);
    if (names.has(schedulerName)) name.fault(`there is a profile "${schedulerName}" already; write another name`);
    names.add(schedulerName);
    return {
      ...defaults,
      schedulerName,
      percentageOfNodesToScore: item.child('percentageOfNodesToScore').whole(defaults.percentageOfNodesToScore, 0, 100),
      ...readPluginSets(item.child('plugins')),
      ...readPluginArguments(item.child('pluginConfig')),
    };
  });
}
