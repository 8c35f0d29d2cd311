import { expect, test } from 'vitest';
import { readStack } from './read-stack.ts';

const said = (text: string): string => {
  try {
    readStack([{ file: 'x.yaml', text }]);
    return 'read';
  } catch (error) {
    return (error as Error).message;
  }
};
const web = (fields: string): string => said(`services:\n  web:\n    image: x\n    ${fields}`);

/** Each is refused by `docker stack config` or `docker stack deploy` too. */
test.each([
  [
    'mem_limit: 5m',
    /^x\.yaml:4:5: services\.web\.mem_limit: docker stack deploy does not take "mem_limit"; write deploy\.resources\.limits\.memory$/,
  ],
  ['imag: y', /^x\.yaml:4:5: services\.web: there is no field "imag"; did you mean "image"\?$/],
  [
    'deploy: { replicsa: 2 }',
    /^x\.yaml:4:15: services\.web\.deploy: there is no field "replicsa"; did you mean "replicas"\?$/,
  ],
  ['deploy: { replicas: two }', /^x\.yaml:4:25: services\.web\.deploy\.replicas: "two" is not a whole number/],
  ['deploy: { replicas: "2" }', /write 2 without quotes$/],
  ['deploy: { mode: global, replicas: 2 }', /one task on every node; leave replicas out/],
  ['deploy: { mode: globl }', /there is no "globl"; did you mean "global"\?$/],
  ['stop_grace_period: 90', /90 has no unit; write "90s"$/],
  ['stop_grace_period: "5 minutes"', /is not a time; write numbers with units/],
  ['deploy: { resources: { limits: { cpus: 0.5 } } }', /write it in quotes: "0\.5"$/],
  ['deploy: { resources: { limits: { cpus: "500m" } } }', /here it is "0\.5"$/],
  ['deploy: { resources: { limits: { memory: 5x } } }', /is not an amount of memory/],
  ['deploy: { resources: { reservations: { memory: 1M } } }', /less than the 4 MiB/],
  ['deploy: { resources: { reservations: { cpus: "0.0001" } } }', /less than a thousandth of a core/],
  ['deploy: { placement: { constraints: [node.role=worker] } }', /nothing is compared; write key==value/],
  ['deploy: { update_config: { max_failure_ratio: 20 } }', /20 is more than 1; write at most that$/],
  ['deploy: { update_config: { order: start-frist } }', /did you mean "start-first"\?$/],
  ['depends_on: { db: { condition: service_healthy } }', /takes a list only, and ignores it; write \[db\]/],
  ['ports: ["http"]', /"http" is no port; write "8080:80"/],
  ['ports: ["80-82:80-81"]', /publishes 3 ports for 2/],
  ['ports: [{ published: 80 }]', /it does not say its target/],
  ['networks: [back]', /there is no network "back".*define it below the top-level "networks"$/],
  ['secrets: [key]', /there is no secret "key"; define it below the top-level "secrets"$/],
  ['healthcheck: { test: [curl, x] }', /a test begins with CMD, CMD-SHELL or NONE/],
  ['healthcheck: { test: x, disable: true }', /leave one of them out$/],
  ['environment: { A: true }', /write it in quotes: "true"$/],
  ['command: "a ${B:?say it}"', /^x\.yaml:4:14: the variable B must be set: say it;/],
  ['command: "a $ b"', /has a \$ that begins no variable; write \$\$/],
  ['restart: sometimes', /"sometimes" is no restart policy/],
  ['extends: { service: b }', /does not take "extends"; write the service out/],
  ['user: 1000', /1000 is read as number, not as text; write it in quotes: "1000"$/],
  ['volumes: [{ type: bind, src: a }]', /services\.web\.volumes\[0\]\.src: there is no such field/],
])('refuses %s', (fields, sentence) => {
  expect(web(fields)).toMatch(sentence);
});

test.each([
  ['', /^x\.yaml:1:1: a compose file is a map; write "services:"/],
  ['[a]', /^x\.yaml:1:1: a compose file is a map/],
  ['services: {}', /^x\.yaml:1:1: there are no services/],
  ['services: { web: }', /^x\.yaml:1:13: services\.web: nothing is no service/],
  ['services: { web: { build: . } }', /it has no image; docker stack deploy builds none/],
  ['services: { a.b: { image: x } }', /its name is no part of a DNS name/],
  [
    'version: "2"\nservices: { web: { image: x } }',
    /^x\.yaml:1:10: version: docker stack deploy reads version 3 only, not "2"/,
  ],
  ['version: 3.8\nservices: { web: { image: x } }', /write it in quotes: "3\.8"$/],
  ['name: shop\nservices: { web: { image: x } }', /^x\.yaml:1:1: docker stack deploy does not take "name"/],
  ['servces: { web: { image: x } }', /^x\.yaml:1:1: there is no section "servces"; did you mean "services"\?$/],
  ['web: { image: x }', /there is no section "web"; write it below "services:"$/],
  ['services: { web: { image: x, image: y } }', /^x\.yaml:1:\d+: this is not YAML: map keys must be unique/],
  ['services: { web: *nothing }', /^x\.yaml:1:18: (this is not YAML|nothing above is called "nothing")/],
  ['a: &a { b: *a }\nservices: { web: { image: x } }', /stands for itself|far too much|levels deep/],
  [
    'services: { a: { image: x, ports: ["80:80"] }, b: { image: x, ports: ["80:81"] } }',
    /services\.b\.ports: port 80\/tcp is published by a already/,
  ],
])('refuses a file with %j', (text, sentence) => {
  expect(said(text)).toMatch(sentence);
});

test('refuses what is nested without end, at once', () => {
  expect(said(`services: ${'{a: '.repeat(60)}1${'}'.repeat(60)}`)).toMatch(/nested more than 40 levels deep/);
  expect(said(`services: ${'['.repeat(6000)}`)).toMatch(/^x\.yaml:1:\d+: maps and lists are nested/);
});

test('of two files the one with the fault is named, even where the other hides it', () => {
  const files = [
    { file: 'base.yaml', text: 'services: { web: { image: x, deploy: { replicas: two } } }' },
    { file: 'over.yaml', text: 'services: { web: { deploy: { replicas: 2 } } }' },
  ];
  expect(() => readStack(files)).toThrow(/^base\.yaml:1:50: services\.web\.deploy\.replicas/);
});

test('what a stack ignores is told with file, line and field', () => {
  const { notes } = readStack([
    {
      file: 'x.yaml',
      text: `services:
  web:
    image: x
    build: .
    container_name: web
    depends_on: [db]
    privileged: true
    tty: true
    deploy: { placement: { constraints: [node.label.zone==a], preferences: [{ spread: zone }] } }
`,
    },
  ]);
  expect(notes).toEqual([
    'x.yaml:4:5: services.web.build: docker stack deploy ignores it: images are pulled, never built',
    'x.yaml:5:5: services.web.container_name: docker stack deploy ignores it: tasks are named after service and slot',
    'x.yaml:6:5: services.web.depends_on: docker stack deploy ignores it: all services start at once',
    'x.yaml:7:5: services.web.privileged: docker stack deploy ignores it',
    'x.yaml:9:42: services.web.deploy.placement.constraints[0]: Swarm knows nothing called "node.label.zone" of a node, so none ever meets this; did you mean "node.labels.zone"?',
    'x.yaml:9:87: services.web.deploy.placement.preferences[0].spread: tasks can be spread over labels only, so this has no effect; write node.labels.zone',
    'x.yaml: handed on to the containers, and without effect on a run: tty (line 8)',
  ]);
});
