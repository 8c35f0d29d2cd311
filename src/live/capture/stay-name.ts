/** What a pod is called that stands for one stay of a container in one state: `web-1/3/exited(137)`, its fourth. */
export function stayName(container: string, place: number, state: string): string {
  return `${container}/${place}/${state}`;
}

/** A pod that stands for one process of a container: `web-1/0/process`, its first. */
export function processName(container: string, place: number): string {
  return stayName(container, place, 'process');
}

/** The container and state that such a name says; undefined for names of other kinds. A container's own name may have slashes. */
export function stayOfName(name: string): { readonly container: string; readonly state: string } | undefined {
  const [, container, state] = /^([^]*)\/\d+\/([^/]+)$/.exec(name) ?? [];
  if (container === undefined || state === undefined) return undefined;
  return { container, state: state === 'process' ? 'running process' : state };
}
