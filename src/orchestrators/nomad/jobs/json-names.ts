/**
 * How the HTTP API names what HCL names otherwise (Nomad API documentation, "Create Job", and the job specification), by
 * kind of section. Names that are only written with capitals (`MinHealthyTime`) are worked out.
 */
export const JSON_RENAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  job: {
    TaskGroups: 'group',
    Constraints: 'constraint',
    Affinities: 'affinity',
    Spreads: 'spread',
    ParameterizedJob: 'parameterized',
  },
  group: {
    Tasks: 'task',
    Constraints: 'constraint',
    Affinities: 'affinity',
    Spreads: 'spread',
    Networks: 'network',
    Services: 'service',
    RestartPolicy: 'restart',
    ReschedulePolicy: 'reschedule',
    Volumes: 'volume',
  },
  task: {
    Constraints: 'constraint',
    Affinities: 'affinity',
    Services: 'service',
    RestartPolicy: 'restart',
    Artifacts: 'artifact',
    Templates: 'template',
    LogConfig: 'logs',
    VolumeMounts: 'volume_mount',
    CSIPluginConfig: 'csi_plugin',
    ScalingPolicies: 'scaling',
    Identities: 'identity',
    Secrets: 'secret',
  },
  constraint: { LTarget: 'attribute', RTarget: 'value', Operand: 'operator' },
  affinity: { LTarget: 'attribute', RTarget: 'value', Operand: 'operator' },
  spread: { SpreadTarget: 'target' },
  restart: {},
  resources: {
    CPU: 'cpu',
    MemoryMB: 'memory',
    MemoryMaxMB: 'memory_max',
    DiskMB: 'disk',
    IOPS: 'iops',
    Devices: 'device',
    Networks: 'network',
    NUMA: 'numa',
    SecretsMB: 'secrets',
  },
  device: { Constraints: 'constraint', Affinities: 'affinity' },
  network: { ReservedPorts: 'reserved_port', DynamicPorts: 'port', DNS: 'dns', CNI: 'cni', MBits: 'mbits' },
  service: { PortLabel: 'port', Checks: 'check', TaskName: 'task' },
  check: { PortLabel: 'port', TaskName: 'task', TLSSkipVerify: 'tls_skip_verify', TLSServerName: 'tls_server_name' },
  ephemeral_disk: { SizeMB: 'size' },
  disconnect: {},
  periodic: { Spec: 'cron', Specs: 'crons' },
  template: { DestPath: 'destination', EmbeddedTmpl: 'data', SourcePath: 'source' },
  logs: { MaxFileSizeMB: 'max_file_size' },
};

/** Fields of the API that a server fills in, or that say nothing of what is to run. */
export const JSON_SERVER_FIELDS: ReadonlySet<string> = new Set([
  'Stop',
  'Status',
  'StatusDescription',
  'Stable',
  'Version',
  'SubmitTime',
  'CreateIndex',
  'ModifyIndex',
  'JobModifyIndex',
  'Dispatched',
  'DispatchIdempotencyToken',
  'ParentID',
  'NomadTokenID',
  'ConsulToken',
  'VaultToken',
  'ConsulNamespace',
  'VaultNamespace',
  'SpecType',
  'VersionTag',
]);

/** Sections whose fields are plain numbers of nanoseconds where they are durations. */
const DURATIONS = new Set([
  'stagger',
  'min_healthy_time',
  'healthy_deadline',
  'progress_deadline',
  'interval',
  'delay',
  'max_delay',
  'kill_timeout',
  'shutdown_delay',
  'timeout',
  'grace',
  'lost_after',
  'stop_on_client_after',
  'stop_after_client_disconnect',
  'max_client_disconnect',
  'cooldown',
  'evaluation_interval',
  'wait',
  'splay',
]);

export const isDuration = (name: string): boolean => DURATIONS.has(name);

/** `MinHealthyTime` as `min_healthy_time`; what is small already stays. */
export function snakeName(name: string): string {
  return name
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
