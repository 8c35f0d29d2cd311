import { request } from 'node:http';

/** One call to an engine's API over its socket. Rejects with method, path and the engine's words for any answer above 399. */
export function callEngine<T>(socket: string, method: string, path: string, body?: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const text = body === undefined || body instanceof Uint8Array ? undefined : JSON.stringify(body);
    const asked = request(
      {
        socketPath: socket,
        path,
        method,
        timeout: 30_000,
        headers:
          text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const said = Buffer.concat(parts).toString('utf8');
          if ((response.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${said.trim()}`));
          else
            resolve((said.startsWith('{') || said.startsWith('[') || said.startsWith('"') ? parsed(said) : said) as T);
        });
      },
    );
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
    asked.end(body instanceof Uint8Array ? body : text);
  });
}

/** An answer of several JSON texts, one a line, is left as text. */
function parsed(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return said;
  }
}
