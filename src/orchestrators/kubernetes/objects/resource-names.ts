/**
 * Whether the scheduler counts a resource besides CPU, memory, ephemeral storage and pods: extended resources
 * (`nvidia.com/gpu`), huge pages, attachable volumes and others of Kubernetes' own with a prefix (upstream
 * pkg/apis/core/v1/helper/helpers.go, pkg/scheduler/util/utils.go). Any other name is ignored.
 */
export function isScalarResource(name: string): boolean {
  return (
    name.startsWith('hugepages-') ||
    name.startsWith('attachable-volumes-') ||
    name.includes('kubernetes.io/') ||
    isExtendedResource(name)
  );
}

/** Whether a resource belongs to a domain other than Kubernetes' own. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}
