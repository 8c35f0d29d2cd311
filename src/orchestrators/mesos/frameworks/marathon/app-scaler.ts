import type { DataPlane } from '../../../data-plane/data-plane.ts';
import { isActive, type Instance, type RunningApp } from './instance.ts';
import { selectToKill, type KillStage } from './kill-selection.ts';
import type { ReplacementActions } from './replacement.ts';

/** Brings an app to the number of instances that it should have (SchedulerActions.scale). */
export class AppScaler {
  private readonly plane: DataPlane;
  private readonly actions: ReplacementActions;

  constructor(plane: DataPlane, actions: ReplacementActions) {
    this.plane = plane;
    this.actions = actions;
  }

  scale(app: RunningApp): void {
    const active = [...app.instances].filter(isActive);
    const { target, spec } = app;
    if (active.length < target) {
      this.actions.launch(app, target - active.length);
      return;
    }
    if (active.length === target) return;
    const waiting = active.filter(({ state }) => state === 'scheduled');
    const surplus = active.length - target;
    const unlaunched = waiting.slice(Math.max(0, waiting.length - surplus));
    const candidates = active
      .filter(({ state }) => state !== 'scheduled')
      .map((one) => ({ id: one.id, stage: stageOf(one), sinceUs: one.sinceUs, attributes: one.attributes }));
    const chosen = selectToKill(candidates, surplus - unlaunched.length, spec.constraints, spec.killSelection);
    const ids = new Set(chosen.map(({ id }) => id));
    const victims = [...unlaunched, ...active.filter(({ id }) => ids.has(id))];
    this.plane.chronicle.decision({
      component: 'marathon',
      about: app.name,
      what: `${active.length} -> ${target} instances`,
      why: `kills ${victims.map(({ name }) => name).join(', ')} (killSelection ${spec.killSelection})`,
    });
    this.actions.kill(victims);
  }
}

function stageOf({ state }: Instance): KillStage {
  return state === 'staging' || state === 'starting' || state === 'unreachable' ? state : 'running';
}
