import { describe, expect, test } from 'vitest';
import { EcsRun, service, taskDefinition } from './ecs-fixture.ts';

describe('a service at rest', () => {
  test('has its tasks spread over zones, all ready, and stays so', () => {
    const run = new EcsRun([taskDefinition('web'), service('web', 4)]).finish();
    expect(run.running('web').length).toBe(4);
    const zones = run.running('web').map(({ machine }) => run.loop.world.instances.get(machine)!.spec.zone);
    expect(zones.sort()).toEqual(['a', 'a', 'b', 'b']);
    expect(run.loop.isQuiet()).toBe(true);
    const result = run.run.result();
    expect(result).toBeDefined();
  });
});
