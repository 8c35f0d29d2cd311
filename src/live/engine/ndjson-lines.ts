/** A line longer than this is not from an engine. */
const MAX_LINE_BYTES = 1024 * 1024;

/** The JSON values of a stream of lines, however its pieces are cut. Throws SyntaxError for a line that is not JSON. */
export async function* ndjsonLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      const line = Buffer.concat([...rest, piece.subarray(from, end)]);
      rest = [];
      restBytes = 0;
      from = end + 1;
      yield* valueOf(line);
    }
    if (from === piece.length) continue;
    rest.push(Buffer.from(piece.subarray(from)));
    restBytes += piece.length - from;
    if (restBytes > MAX_LINE_BYTES) throw new SyntaxError(`a line of more than ${MAX_LINE_BYTES} bytes`);
  }
  yield* valueOf(Buffer.concat(rest));
}

function* valueOf(line: Buffer): Generator {
  const text = line.toString('utf8').trim();
  if (text !== '') yield JSON.parse(text);
}
