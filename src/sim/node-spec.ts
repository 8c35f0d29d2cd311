/** One machine as the user describes it. Readers of machine lists produce these; the cluster turns them into columns. */
export interface NodeSpec {
  readonly name: string;
  /** Millicores, a whole number >= 0. */
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly storageBytes?: number;
  /** GPU devices, 0 to 31, all of one model, 1000 milli-GPU each. */
  readonly gpuCount?: number;
  readonly gpuModel?: string;
  /** Extended resources by name, whole numbers. */
  readonly extended?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints that keep away every pod without a matching toleration: `key`, or `key=value`. */
  readonly taints?: readonly string[];
  readonly zone?: string;
  /** Most pods it may host; absent: no limit. */
  readonly podLimit?: number;
}
