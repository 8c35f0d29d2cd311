import { expect, test } from 'vitest';
import { aboutOrchestrator } from '../../orchestrators/index.ts';
import { constantValues } from './constant-values.ts';

const swarm = aboutOrchestrator('swarm');

test('each constant is read in its own unit', () => {
  expect(constantValues(swarm, { heartbeatPeriod: '10s', heartbeatGrace: 4, classicOvercommit: '10%' })).toEqual({
    heartbeatPeriod: 10e6,
    heartbeatGrace: 4,
    classicOvercommit: 0.1,
  });
});

test('a constant that there is not is told before its value is looked at', () => {
  expect(() => constantValues(swarm, { heartbeatPeriods: '10s' })).toThrow(
    'Docker Swarm: there is no constant "heartbeatPeriods"; did you mean "heartbeatPeriod"?',
  );
});

test('a value in another unit is told with its name', () => {
  expect(() => constantValues(swarm, { heartbeatGrace: 'three' })).toThrow(
    'constant heartbeatGrace: "three" is no number',
  );
  expect(() => constantValues(swarm, { heartbeatPeriod: 'soon' })).toThrow('constant heartbeatPeriod: ');
});
