/** A file of an archive: with bytes a file, without a folder. */
interface ArchivedFile {
  /** Relative, without a leading slash; at most 100 characters, ASCII. */
  readonly path: string;
  /** Rights, as in `0o755`. */
  readonly mode: number;
  readonly bytes?: Uint8Array;
}

const BLOCK = 512;

/**
 * A tar archive (POSIX ustar) of these files in this order. All belong to root and were changed in 1970, so that the same
 * files make the same bytes.
 */
export function ustar(files: readonly ArchivedFile[]): Uint8Array {
  const sizes = files.map(({ bytes }) => Math.ceil((bytes?.length ?? 0) / BLOCK) * BLOCK);
  // It ends with two empty blocks.
  const archive = new Uint8Array(sizes.reduce((sum, size) => sum + BLOCK + size, 2 * BLOCK));
  let at = 0;
  for (const [i, file] of files.entries()) {
    archive.set(header(file), at);
    if (file.bytes !== undefined) archive.set(file.bytes, at + BLOCK);
    at += BLOCK + sizes[i];
  }
  return archive;
}

function header({ path, mode, bytes }: ArchivedFile): Uint8Array {
  const name = bytes === undefined ? `${path}/` : path;
  if (name.length > 100) throw new RangeError(`${name} is too long a name for a ustar archive`);
  const block = new Uint8Array(BLOCK);
  const write = (at: number, text: string): void => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  write(0, name);
  write(100, octal(mode, 7));
  // Owner, group.
  write(108, octal(0, 7));
  write(116, octal(0, 7));
  write(124, octal(bytes?.length ?? 0, 11));
  // Time of change.
  write(136, octal(0, 11));
  // The sum is reckoned as if it were spaces itself.
  write(148, ' '.repeat(8));
  write(156, bytes === undefined ? '5' : '0');
  write(257, 'ustar\u000000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  write(148, `${octal(sum, 6)}\0 `);
  return block;
}
