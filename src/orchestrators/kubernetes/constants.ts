import type { Constant, Constants } from '../constants.ts';
import { NODE_DEFAULTS, type NodeOptions } from './nodes/node-options.ts';

const timer = (value: number, meaning: string, source: string): Constant => ({
  value,
  unit: 'us',
  meaning,
  source,
  isModellingChoice: false,
});
const choice = (value: number, meaning: string): Constant => ({
  value,
  unit: 'us',
  meaning,
  source: 'depends on the machine',
  isModellingChoice: true,
});
const KUBELET = 'pkg/kubelet/apis/config/v1beta1/defaults.go';
const LIFECYCLE = 'pkg/controller/nodelifecycle, cmd/kube-controller-manager/app/options';

/** Options of nodes that a scenario may set otherwise, by the names of constants. */
const NODE_TIMERS = {
  heartbeat: 'heartbeatUs',
  nodeMonitorPeriod: 'nodeMonitorPeriodUs',
  nodeMonitorGracePeriod: 'nodeMonitorGraceUs',
  nodeStartupGracePeriod: 'nodeStartupGraceUs',
  relist: 'relistUs',
  endpointSync: 'endpointSyncUs',
  proxySync: 'proxySyncUs',
  sandbox: 'sandboxUs',
  containerStart: 'containerStartUs',
  manifestCheck: 'manifestCheckUs',
} as const satisfies Record<string, keyof NodeOptions>;

/** The timers of Kubernetes that decide how long anybody waits (v1.36). Manifests say the rest. */
export const KUBERNETES_CONSTANTS = {
  heartbeat: timer(NODE_DEFAULTS.heartbeatUs, "between renewals of a node's lease", KUBELET),
  nodeMonitorPeriod: timer(NODE_DEFAULTS.nodeMonitorPeriodUs, 'between two looks at all leases', LIFECYCLE),
  nodeMonitorGracePeriod: timer(
    NODE_DEFAULTS.nodeMonitorGraceUs,
    'silence after which a node is not ready and its endpoints are taken out',
    LIFECYCLE,
  ),
  nodeStartupGracePeriod: timer(
    NODE_DEFAULTS.nodeStartupGraceUs,
    'the same for nodes that have said nothing yet',
    LIFECYCLE,
  ),
  relist: timer(NODE_DEFAULTS.relistUs, 'between two looks of the kubelet at its containers', KUBELET),
  endpointSync: timer(
    NODE_DEFAULTS.endpointSyncUs,
    "between two writes of a service's endpoints",
    'pkg/controller/endpointslice',
  ),
  proxySync: timer(
    NODE_DEFAULTS.proxySyncUs,
    'between two syncs of a service proxy',
    'pkg/proxy/apis/config/v1alpha1/defaults.go',
  ),
  sandbox: choice(NODE_DEFAULTS.sandboxUs, 'from admission until a pod has sandbox, network and volumes'),
  containerStart: choice(NODE_DEFAULTS.containerStartUs, 'creating and starting one container'),
  manifestCheck: choice(NODE_DEFAULTS.manifestCheckUs, 'asking the registry about an image that is there'),
} as const satisfies Constants;

/** Options of nodes with what a scenario has set otherwise. */
export function nodeOptionsOf(constants: Readonly<Record<string, number>>): Partial<NodeOptions> {
  return Object.fromEntries(
    Object.entries(NODE_TIMERS).flatMap(([name, option]) =>
      constants[name] === undefined ? [] : [[option, constants[name]]],
    ),
  );
}
