/** A container instance as placement strategies see it. */
export interface Candidate {
  readonly id: number;
  readonly cpuFreeUnits: number;
  readonly memFreeMib: number;
  /** Tasks of the group (service, or task group) there. */
  readonly groupTasks: number;
  /** Value of `instanceId` or `attribute:…`; '' where it has none. */
  fieldValue(field: string): string;
}

export const ZONE_FIELD = 'attribute:ecs.availability-zone';
