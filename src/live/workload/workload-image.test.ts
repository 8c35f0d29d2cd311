import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WORKLOAD_ARCHITECTURES, workloadBinary, workloadImage } from './workload-image.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const source = readFileSync('workload/baton-workload.c');

test.each(WORKLOAD_ARCHITECTURES)('the binary for %s was built from the source that is here', (architecture) => {
  const binary = Buffer.from(workloadBinary(architecture)).toString('latin1');
  const [, built] = /baton-workload source sha256:([0-9a-f]{64}) gcc /.exec(binary) ?? [];
  // Else: node tools/build-workload.mjs
  expect(built).toBe(sha256(source));
});

test.each([
  ['amd64', 62],
  ['arm64', 183],
] as const)('the binary for %s is a static program for that machine, below 30 KB', (architecture, machine) => {
  const binary = Buffer.from(workloadBinary(architecture));
  expect(binary.subarray(0, 4).toString('latin1')).toBe('\u007fELF');
  // Type: an executable at a fixed place; no interpreter among its segments.
  expect([binary.readUInt16LE(16), binary.readUInt16LE(18)]).toEqual([2, machine]);
  const [from, size, count] = [Number(binary.readBigUInt64LE(32)), binary.readUInt16LE(54), binary.readUInt16LE(56)];
  const segments = Array.from({ length: count }, (_, i) => binary.readUInt32LE(from + i * size));
  expect(segments).not.toContain(3);
  expect(binary.length).toBeLessThan(30_000);
});

test('the image is the same bytes every time, and named after its binary', () => {
  const image = workloadImage('amd64');
  expect(workloadImage('amd64')).toEqual(image);
  expect(image.spec.reference).toBe(`baton-workload:${sha256(workloadBinary('amd64')).slice(0, 12)}`);
  expect(workloadImage('arm64').spec.reference).not.toBe(image.spec.reference);
  expect(image.spec.changes).toContain('USER 65534:65534');
  expect(Buffer.from(image.tar).includes('baton-workload source sha256:')).toBe(true);
});

test('machines for which it is not built are told so', () => {
  expect(() => workloadImage('riscv64')).toThrow(
    "Baton's own workload is built for amd64 and arm64, not for riscv64: name an image of yours",
  );
});
