/** Does the work and says how many seconds of CPU the whole process used, its compiler and collector threads included. */
export function cpuTime<T>(work: () => T): { readonly value: T; readonly cpuS: number } {
  const began = process.cpuUsage();
  const value = work();
  const used = process.cpuUsage(began);
  return { value, cpuS: (used.user + used.system) / 1e6 };
}
