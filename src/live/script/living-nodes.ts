import { NODE_NOTES } from '../../sim/living/node-orders.ts';
import type { World } from '../../sim/living/world.ts';
import type { HappeningRecord } from '../../sim/monitoring/living-result.ts';
import type { ScriptBuilder } from './script-builder.ts';

/** What the script has said of a machine so far. */
interface FilmedNode {
  isThere: boolean;
  isDown: boolean;
  isCutOff: boolean;
  speed: number;
  downWhy: string;
}

/** The machines of a living cluster, filmed: what becomes of them is steps of the script. `news`: what has just happened. */
export class LivingNodes {
  private readonly world: World;
  private readonly builder: ScriptBuilder;
  private readonly films: FilmedNode[];

  constructor(world: World, builder: ScriptBuilder) {
    this.world = world;
    this.builder = builder;
    this.films = builder.nodes.map(({ isThereAtStart }) => fresh(isThereAtStart));
  }

  isDown(node: number): boolean {
    return this.films[node].isDown;
  }

  /** Of one that is or was down. */
  downWhy(node: number): string {
    return this.films[node].downWhy;
  }

  /** The journal has told of one. */
  changed(node: number, note: number, news: readonly HappeningRecord[]): void {
    const { builder } = this;
    const atUs = this.world.nowUs;
    const state = this.films[node];
    const { name } = this.world.nodes.places[node];
    if (note === NODE_NOTES.ready) {
      state.isThere = true;
      builder.steps.push({ atUs, do: 'node-added', node });
    } else if (note === NODE_NOTES.returned) {
      if (state.isThere) builder.steps.push({ atUs, do: 'node-removed', node });
      this.films[node] = fresh(false);
    } else if (note === NODE_NOTES.down) {
      const why = causeOf(news, 'node-down', name);
      state.isDown = true;
      state.downWhy = `${name} stopped: ${why}`;
      builder.steps.push({ atUs, do: 'node-down', node, why });
    } else if (note === NODE_NOTES.up) {
      state.isDown = false;
      builder.steps.push({ atUs, do: 'node-up', node });
    }
  }

  /** What the journal does not tell: networks and speeds. */
  look(news: readonly HappeningRecord[]): void {
    for (let node = 0; node < this.films.length; node++) this.lookAt(node, news);
  }

  private lookAt(node: number, news: readonly HappeningRecord[]): void {
    const { nodes, nowUs: atUs } = this.world;
    const state = this.films[node];
    if (!state.isThere) return;
    const isCutOff = nodes.cutOff[node] === 1;
    if (isCutOff !== state.isCutOff) {
      state.isCutOff = isCutOff;
      const why = causeOf(news, 'node-cut-off', nodes.places[node].name);
      this.builder.steps.push(isCutOff ? { atUs, do: 'node-cut-off', node, why } : { atUs, do: 'node-back', node });
    }
    const speed = nodes.speed[node];
    // One that stands still has its processes paused instead.
    if (speed === state.speed || speed === 0) return;
    state.speed = speed;
    const kind = speed === 1 ? 'node-speed-back' : 'node-slow';
    const why = causeOf(news, kind, nodes.places[node].name);
    this.builder.steps.push({ atUs, do: 'node-speed', node, speed, why });
  }
}

function fresh(isThere: boolean): FilmedNode {
  return { isThere, isDown: false, isCutOff: false, speed: 1, downWhy: '' };
}

function causeOf(news: readonly HappeningRecord[], kind: string, about: string): string {
  return news.find((one) => one.kind === kind && one.about === about)?.what ?? 'weather';
}
