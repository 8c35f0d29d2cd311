import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DATA_PLANE_ORCHESTRATORS } from '../../orchestrators/orchestrator.ts';
import { scenarioOfNativeFiles } from './native-files-here.ts';

const ownerOf = (path: string): unknown => {
  const text = scenarioOfNativeFiles(path);
  return text === undefined ? undefined : (JSON.parse(text) as { orchestrator: string }).orchestrator;
};

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'native-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test.each(DATA_PLANE_ORCHESTRATORS)('the everyday files of %s are its own, one by one and as a folder', (name) => {
  const folder = `scenarios/native/${name}`;
  expect(ownerOf(folder)).toBe(name);
  for (const file of readdirSync(folder)) {
    // Weights say nothing of whose they are; they belong to the files beside them.
    if (file === 'roles-weights.json') expect(ownerOf(join(folder, file))).toBeUndefined();
    else expect(ownerOf(join(folder, file)), file).toBe(name);
  }
});

test('scenarios, experiments and manifests are no native files', () => {
  for (const file of readdirSync('scenarios').filter((one) => one.endsWith('.yaml')))
    expect(ownerOf(join('scenarios', file)), file).toBeUndefined();
  expect(ownerOf('scenarios/real-world')).toBeUndefined();
  expect(ownerOf('scenarios')).toBeUndefined();
});

test('a folder with files of two systems, or with manifests, belongs to none', () => {
  const compose = 'services:\n  web:\n    image: nginx:1\n    deploy: { replicas: 2 }\n';
  const manifest = 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n';
  expect(ownerOf(folderOf({ 'a.yaml': compose, 'values.json': '{ "colour": "blue" }' }))).toBe('swarm');
  expect(ownerOf(folderOf({ 'a.yaml': compose, 'b.yaml': manifest }))).toBeUndefined();
  expect(ownerOf(folderOf({ 'a.yaml': compose, 'b.nomad': 'job "a" {}' }))).toBeUndefined();
  expect(ownerOf(folderOf({ 'values.json': '{ "colour": "blue" }' }))).toBeUndefined();
});
