/**
 * Timers and times of nodes. Defaults are those of Kubernetes v1.36 (`pkg/kubelet/apis/config/v1beta1/defaults.go`,
 * `cmd/kube-controller-manager/app/options`); those marked [model] are choices, since they depend on the machine.
 */
export interface NodeOptions {
  /** Bytes a second at which a node pulls images. [model] */
  readonly pullBytesPerSecond: number;
  /** Asking the registry whether an image that is there is still the right one (imagePullPolicy Always). [model] */
  readonly manifestCheckUs: number;
  /** From admission until the pod has its sandbox, network and volumes. [model] */
  readonly sandboxUs: number;
  /** Creating and starting one container whose image is there. [model] */
  readonly containerStartUs: number;
  /** CPU time that answering a probe takes at full speed; a machine so slow that it times out hangs. [model] */
  readonly probeWorkUs: number;
  /** How often the kubelet looks at what its containers do (PLEG relist). */
  readonly relistUs: number;
  /** How often it renews its lease (0.25 of 40 s) and works out its node's status (nodeStatusUpdateFrequency). */
  readonly heartbeatUs: number;
  /** From a machine's start, or its Node object's creation, until the kubelet and its network plugin are ready. [model] */
  readonly nodeStartUs: number;
  readonly nodeStatusMaxImages: number;
  /** How often usage is compared with what there is (eviction manager, monitoringInterval). */
  readonly evictionCheckUs: number;
  /** After an eviction the next look comes when the pod is cleaned up (podCleanupPollFreq). */
  readonly cleanupUs: number;
  readonly evictionHardMemBytes: number;
  /** Share of the disk that must be free. */
  readonly evictionHardDiskShare: number;
  readonly imageGcHighShare: number;
  readonly imageGcLowShare: number;
  /** A pressure condition stays so long after the pressure went (evictionPressureTransitionPeriod). */
  readonly pressureTransitionUs: number;
  /** Graceful node shutdown: in all, and of it for critical pods. Kubernetes' own default is 0 (off); clouds set 30 s and 10 s or so. */
  readonly shutdownGraceUs: number;
  readonly shutdownGraceCriticalUs: number;
  /** Node lifecycle controller. */
  readonly nodeMonitorPeriodUs: number;
  readonly nodeMonitorGraceUs: number;
  /** For nodes that have not said anything yet. */
  readonly nodeStartupGraceUs: number;
  /** Nodes tainted NoExecute a second and zone; in partly disrupted zones of more than `largeClusterNodes` the second. */
  readonly evictionRatePerSecond: number;
  readonly secondaryEvictionRatePerSecond: number;
  readonly largeClusterNodes: number;
  readonly unhealthyZoneShare: number;
  /** Endpoints of one service are written, and proxies told, at most so often. */
  readonly endpointSyncUs: number;
  readonly proxySyncUs: number;
}

const SECOND_US = 1_000_000;
const MIB = 1024 * 1024;

export const NODE_DEFAULTS: NodeOptions = {
  pullBytesPerSecond: 50e6,
  manifestCheckUs: 300_000,
  sandboxUs: 600_000,
  containerStartUs: 200_000,
  probeWorkUs: 10_000,
  relistUs: SECOND_US,
  heartbeatUs: 10 * SECOND_US,
  nodeStartUs: 15 * SECOND_US,
  nodeStatusMaxImages: 50,
  evictionCheckUs: 10 * SECOND_US,
  cleanupUs: SECOND_US,
  evictionHardMemBytes: 100 * MIB,
  evictionHardDiskShare: 0.1,
  imageGcHighShare: 0.85,
  imageGcLowShare: 0.8,
  pressureTransitionUs: 300 * SECOND_US,
  shutdownGraceUs: 30 * SECOND_US,
  shutdownGraceCriticalUs: 10 * SECOND_US,
  nodeMonitorPeriodUs: 5 * SECOND_US,
  nodeMonitorGraceUs: 50 * SECOND_US,
  nodeStartupGraceUs: 60 * SECOND_US,
  evictionRatePerSecond: 0.1,
  secondaryEvictionRatePerSecond: 0.01,
  largeClusterNodes: 50,
  unhealthyZoneShare: 0.55,
  endpointSyncUs: SECOND_US,
  proxySyncUs: SECOND_US,
};
