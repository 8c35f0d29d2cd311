/** Why a service cannot be called so, in words; undefined: it can. (SwarmKit manager/controlapi/common.go, validateAnnotations.) */
export function workloadNameFault(name: string): string | undefined {
  if (name.length > 63) return 'its name has more than the 63 characters that Swarm allows; write a shorter one';
  if (/^[a-zA-Z0-9](?:[-_]*[a-zA-Z0-9]+)*$/.test(name)) return undefined;
  return 'its name is no part of a DNS name; write letters, digits, and - or _ between them';
}
