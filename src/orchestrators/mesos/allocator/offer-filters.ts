import { containsBundle, type Bundle } from './bundle.ts';

interface Filter {
  readonly refused: Bundle;
  readonly untilUs: number;
}

/**
 * What frameworks have declined: an offer is not made again while it is part of something refused. A larger one is
 * (src/master/allocator/mesos/hierarchical.cpp, `RefusedOfferFilter`).
 */
export class OfferFilters {
  /** By framework and role, then by agent. */
  private readonly filters = new Map<string, Map<number, Filter[]>>();

  refuse(framework: number, role: string, agent: number, refused: Bundle, untilUs: number): void {
    const key = `${framework} ${role}`;
    let byAgent = this.filters.get(key);
    if (byAgent === undefined) this.filters.set(key, (byAgent = new Map<number, Filter[]>()));
    const list = byAgent.get(agent);
    if (list === undefined) byAgent.set(agent, [{ refused, untilUs }]);
    else list.push({ refused, untilUs });
  }

  blocks(framework: number, role: string, agent: number, offered: Bundle, nowUs: number): boolean {
    const byAgent = this.filters.get(`${framework} ${role}`);
    const list = byAgent?.get(agent);
    if (byAgent === undefined || list === undefined) return false;
    const valid = list.filter(({ untilUs }) => untilUs > nowUs);
    if (valid.length === 0) byAgent.delete(agent);
    else if (valid.length < list.length) byAgent.set(agent, valid);
    return valid.some(({ refused }) => containsBundle(refused, offered));
  }

  clearRole(framework: number, role: string): void {
    this.filters.delete(`${framework} ${role}`);
  }

  clearAgent(agent: number): void {
    for (const byAgent of this.filters.values()) byAgent.delete(agent);
  }

  /** When the next filter ends after this time; Infinity: none will. */
  nextEndUs(nowUs: number): number {
    let next = Infinity;
    for (const byAgent of this.filters.values())
      for (const list of byAgent.values())
        for (const { untilUs } of list) if (untilUs > nowUs && untilUs < next) next = untilUs;
    return next;
  }
}
