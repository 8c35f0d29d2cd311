import { expect, test } from 'vitest';
import { model, service } from '../../../test/request-world.ts';
import { InputError } from '../input-error.ts';
import { refuseCallCircles } from './call-circle.ts';
import { PATIENT } from './traffic.ts';

const calling = (name: string, ...called: number[]) =>
  service({
    name,
    calls: called.map((to) => [{ service: to, chance: 0.1, fanOut: 1, client: PATIENT, required: true }]),
  });

test('calls in a circle are refused with the services of the circle, however small their chance', () => {
  const circle = [calling('web', 1), calling('shop', 3, 2), calling('stock', 1), calling('db')];
  expect(() => refuseCallCircles(circle)).toThrow(
    new InputError(
      'calls between services lead in a circle, shop -> stock -> shop, and no request would ever end; remove one of them',
    ),
  );
  expect(() => model(circle, [])).toThrow(InputError);
  expect(() => refuseCallCircles([calling('own', 0)])).toThrow('own -> own');
});

test('two ways to the same service are no circle', () => {
  // web -> a -> db and web -> b -> db.
  const two = [calling('web', 1, 2), calling('a', 3), calling('b', 3), calling('db')];
  expect(() => refuseCallCircles(two)).not.toThrow();
});
