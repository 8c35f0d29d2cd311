import { expect, test } from 'vitest';
import { changeOf } from './change-text.ts';

test.each([
  ['kubectl apply -f v2.yaml', { verb: 'apply-file', file: 'v2.yaml' }],
  [
    'kubectl scale deployment/web --replicas=5',
    { verb: 'scale', object: { kind: 'Deployment', namespace: 'default', name: 'web' }, replicas: 5 },
  ],
  [
    'scale sts db --replicas 3 -n shop',
    { verb: 'scale', object: { kind: 'StatefulSet', namespace: 'shop', name: 'db' }, replicas: 3 },
  ],
  [
    'kubectl set image deploy/web app=web:2',
    {
      verb: 'set-image',
      object: { kind: 'Deployment', namespace: 'default', name: 'web' },
      container: 'app',
      image: 'web:2',
    },
  ],
  [
    'kubectl rollout restart ds/agent -n kube-system',
    { verb: 'restart', object: { kind: 'DaemonSet', namespace: 'kube-system', name: 'agent' } },
  ],
  ['kubectl drain node/n1 --ignore-daemonsets --timeout=2m', { verb: 'drain', node: 'n1', timeoutSeconds: 120 }],
  ['kubectl cordon n1', { verb: 'cordon', node: 'n1' }],
  [
    'kubectl taint nodes n1 dedicated=gpu:NoSchedule',
    { verb: 'taint', node: 'n1', key: 'dedicated', value: 'gpu', effect: 'NoSchedule' },
  ],
  [
    'kubectl taint node n1 dedicated:NoExecute-',
    { verb: 'taint', node: 'n1', key: 'dedicated', value: '', effect: 'NoExecute', remove: true },
  ],
  ['kubectl taint node n1 dedicated-', { verb: 'taint', node: 'n1', key: 'dedicated', value: '', remove: true }],
  [
    'kubectl label node n1 disk=ssd old-',
    { verb: 'label', object: { kind: 'Node', namespace: '', name: 'n1' }, labels: { disk: 'ssd', old: null } },
  ],
  [
    'kubectl delete pod web-7 --grace-period=0 --force',
    { verb: 'delete', object: { kind: 'Pod', namespace: 'default', name: 'web-7' }, graceSeconds: 0 },
  ],
  ['stop machine n3', { verb: 'stop-machine', node: 'n3' }],
  ['start  machine n3', { verb: 'start-machine', node: 'n3' }],
  ['set weight ImageLocality=5', { verb: 'set-weight', plugin: 'ImageLocality', weight: 5 }],
  ['add 2 nodes like n1', { verb: 'add-nodes', like: 'n1', count: 2 }],
  ['configure scheduler packing.yaml', { verb: 'configure-scheduler-file', file: 'packing.yaml' }],
])('%s', (text, change) => {
  expect(changeOf(text)).toEqual(change);
});

test.each([
  ['kubectl drian n1', 'did you mean "drain"'],
  ['kubectl drain', 'no node is named; write it like drain n1'],
  ['kubectl scale deployment/web', '--replicas is missing; write it like scale deployment/web --replicas=5'],
  ['kubectl scale deployment/web --replicas=many', '--replicas "many" is no whole number; write it like --replicas=3'],
  ['kubectl delete deploymnt/web', 'there is no kind of objects called "deploymnt"'],
  ['kubectl taint node n1 dedicated:Foo-', 'is no taint'],
  ['kubectl taint node n1 -', 'is no taint'],
  ['add 999999999 nodes like n1', 'cannot be added; write 1 to 10000'],
  ['add 0 nodes like n1', 'cannot be added'],
  ['kubectl taint node n1 dedicated', 'is no taint; write key=value:NoSchedule'],
  ['kubectl drain n1 --ignore-deamonsets', 'the flag --ignore-deamonsets is not known here'],
  ['reboot', 'is nothing that can be done here'],
])('%s is refused with a sentence', (text, sentence) => {
  expect(() => changeOf(text)).toThrow(sentence);
});
