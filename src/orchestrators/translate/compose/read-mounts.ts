import type { AppMount, AppSecret } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';

const SLOT = /\{\{\s*\.Task\.Slot\s*\}\}/;

/** `volumes:` of a service. */
export function composeMounts(part: RawPart, root: RawPart): AppMount[] {
  return part.items().map((item) => (item.isMap ? longMount(item, root) : shortMount(item.text() ?? '', root)));
}

function longMount(item: RawPart, root: RawPart): AppMount {
  const type = item.child('type').text() ?? 'volume';
  const source = item.child('source').text() ?? '';
  const base = { target: item.child('target').text() ?? '', readOnly: item.child('read_only').flag() ?? false };
  if (type === 'tmpfs') {
    const size = item.at('tmpfs.size').number();
    return { kind: 'memory', source: '', ...base, ...(size !== undefined && { sizeBytes: size }) };
  }
  if (type === 'bind') return { kind: 'bind', source, ...base };
  return source === '' ? { kind: 'temporary', source: '', ...base } : named(source, base, root);
}

/** `/data`, `data:/data`, `./conf:/etc/conf:ro`. */
function shortMount(text: string, root: RawPart): AppMount {
  const [first, second, mode = ''] = text.split(':') as (string | undefined)[];
  const base = { target: second ?? first ?? '', readOnly: /\bro\b/.test(mode) };
  if (first === undefined || second === undefined) return { kind: 'temporary', source: '', ...base };
  return /^[./~]/.test(first) ? { kind: 'bind', source: first, ...base } : named(first, base, root);
}

function named(source: string, base: Pick<AppMount, 'target' | 'readOnly'>, root: RawPart): AppMount {
  const name = root.child('volumes').child(source).child('name').value;
  return { kind: 'named', source, ...base, ...(typeof name === 'string' && SLOT.test(name) && { perReplica: true }) };
}

/** `secrets:` or `configs:` of a service; `folder`: where they are when nothing is said. */
export function composeSecrets(part: RawPart, folder: string): AppSecret[] {
  return part.items().map((item) => {
    if (!item.isMap) return { name: item.text() ?? '' };
    const target = item.child('target').text();
    item.take('uid', 'gid', 'mode');
    const name = item.child('source').text() ?? '';
    if (target === undefined || target === name) return { name };
    return { name, target: target.startsWith('/') ? target : `${folder}${target}` };
  });
}
