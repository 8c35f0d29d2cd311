import { expect, test } from 'vitest';
import { operationOf } from './operation-text.ts';

test.each([
  ['scale web=8', { verb: 'scale', workload: 'web', replicas: 8 }],
  ['  scale  shop/web  8 ', { verb: 'scale', workload: 'shop/web', replicas: 8 }],
  ['update web registry.example/web:2', { verb: 'update', workload: 'web', image: 'registry.example/web:2' }],
  ['remove web', { verb: 'remove', workload: 'web' }],
  ['drain node-1', { verb: 'drain', machine: 'node-1' }],
  ['apply stacks/shop.yml', { verb: 'apply-file', file: 'stacks/shop.yml' }],
  ['docker service scale shop_web=3', { verb: 'scale', workload: 'shop_web', replicas: 3 }],
  ['docker service update --image web:2 web', { verb: 'update', workload: 'web', image: 'web:2' }],
  ['docker node update --availability active n1', { verb: 'activate', machine: 'n1' }],
  ['docker stack deploy -c shop.yml shop', { verb: 'apply-file', file: 'shop.yml' }],
  ['nomad node drain -enable n1', { verb: 'drain', machine: 'n1' }],
  ['nomad node drain -disable n1', { verb: 'activate', machine: 'n1' }],
  ['nomad node eligibility -disable n1', { verb: 'pause', machine: 'n1' }],
  ['nomad job scale web 8', { verb: 'scale', workload: 'web', replicas: 8 }],
  [
    'aws ecs update-container-instances-state --container-instances n1 --status DRAINING',
    { verb: 'drain', machine: 'n1' },
  ],
  ['aws ecs update-service --service web --desired-count 8', { verb: 'scale', workload: 'web', replicas: 8 }],
  ['dcos marathon app update /shop/web instances=8', { verb: 'scale', workload: 'shop/web', replicas: 8 }],
])('%s', (text, change) => {
  expect(operationOf(text)).toEqual(change);
});

test.each([
  ['kubectl drain n1', /"kubectl drain n1" is nothing that can be done here; write it like "scale web=8"/],
  ['docker swarm leave', /write it like "docker service scale web=8"/],
  ['scale web=-1', /write it like "scale web=8"$/],
  ['', /is nothing that can be done here/],
])('%j is refused with what to write instead', (text, sentence) => {
  expect(() => operationOf(text)).toThrow(sentence);
});
