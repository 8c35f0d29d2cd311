import type { DataPlane } from '../../../data-plane/data-plane.ts';
import type { MesosValues } from '../../constants.ts';
import type { Instance } from './instance.ts';
import type { InstanceTracker } from './instance-tracker.ts';

export interface UnreachableActions {
  /** It is replaced from now on. */
  inactive(instance: Instance): void;
  /** It is forgotten. */
  expunge(instance: Instance): void;
}

/**
 * What becomes of instances on agents that nobody reaches. Without a time they are replaced at once and forgotten soon;
 * with one somebody has to look, and that happens with the reconciliation (docs/docs/unreachable-strategy.md).
 */
export class UnreachableInstances {
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly tracker: InstanceTracker;
  private readonly actions: UnreachableActions;
  private readonly expungeKind: number;

  constructor(plane: DataPlane, values: MesosValues, tracker: InstanceTracker, actions: UnreachableActions) {
    this.plane = plane;
    this.values = values;
    this.tracker = tracker;
    this.actions = actions;
    this.expungeKind = plane.clock.apiKind((id) => this.expunge(id));
  }

  add(instance: Instance): void {
    const { chronicle, clock } = this.plane;
    const { spec, name } = instance;
    this.tracker.become(instance, 'unreachable');
    chronicle.event('marathon', 'Warning', 'TASK_UNREACHABLE', name, 'its agent is unreachable');
    if (!instance.isWanted) {
      this.actions.expunge(instance);
      return;
    }
    if (spec.unreachableStrategy === 'disabled') return;
    const { inactiveAfterUs, expungeAfterUs } = spec.unreachableStrategy;
    if (inactiveAfterUs === 0) this.becomeInactive(instance);
    else
      chronicle.timer({
        fromUs: clock.nowUs,
        toUs: clock.nowUs + inactiveAfterUs,
        timer: 'inactiveAfterSeconds',
        about: name,
      });
    if (expungeAfterUs === 0) clock.after(this.values.expungeDelay, this.expungeKind, instance.id);
  }

  /** Rides on the reconciliation. */
  look(): void {
    const { nowUs } = this.plane.clock;
    for (const instance of this.tracker.byTask.values()) {
      const { unreachableStrategy } = instance.spec;
      if (unreachableStrategy === 'disabled' || (instance.state !== 'unreachable' && instance.state !== 'inactive'))
        continue;
      const { inactiveAfterUs, expungeAfterUs } = unreachableStrategy;
      const sinceUs = this.lostUs.get(instance.id) ?? instance.sinceUs;
      if (instance.state === 'unreachable' && nowUs >= sinceUs + inactiveAfterUs) {
        this.plane.chronicle.timer({
          fromUs: sinceUs + inactiveAfterUs,
          toUs: nowUs,
          timer: 'reconciliation_interval',
          about: instance.name,
        });
        this.becomeInactive(instance);
      }
      if (nowUs >= sinceUs + expungeAfterUs) this.actions.expunge(instance);
    }
  }

  /** When instances that are inactive became unreachable. */
  private readonly lostUs = new Map<number, number>();

  private becomeInactive(instance: Instance): void {
    this.lostUs.set(instance.id, instance.sinceUs);
    this.tracker.become(instance, 'inactive');
    this.plane.chronicle.decision({
      component: 'marathon',
      about: instance.app.name,
      what: `${instance.name} is replaced`,
      why: 'it is unreachable for longer than inactiveAfterSeconds',
    });
    this.actions.inactive(instance);
  }

  private expunge(id: number): void {
    const instance = this.tracker.byId.get(id);
    if (instance?.state === 'inactive') this.actions.expunge(instance);
  }
}
