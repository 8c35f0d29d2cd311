/**
 * How few tasks may be healthy and how many may be there at all while a service is updated:
 * ceil(desired × minimumHealthyPercent / 100) and floor(desired × maximumPercent / 100) (Developer Guide, deployment-type-ecs).
 */
export function deploymentLimits(
  desired: number,
  minimumHealthyPercent: number,
  maximumPercent: number,
): { lower: number; upper: number } {
  return {
    lower: Math.ceil((desired * minimumHealthyPercent) / 100),
    upper: Math.floor((desired * maximumPercent) / 100),
  };
}

/** Whether tasks of a service at full strength can neither be stopped nor started, so that no update ever ends. */
export function isStuck(desired: number, { lower, upper }: { lower: number; upper: number }): boolean {
  return desired > 0 && upper <= desired && desired - 1 < lower;
}
