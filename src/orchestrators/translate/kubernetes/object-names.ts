import { ANNOTATIONS, PREFIX as BATON } from '../../kubernetes/behaviour/annotation-table.ts';

/** A name as Kubernetes takes it (DNS-1123): small letters, digits and hyphens, at most 63. */
export function objectName(name: string): string {
  const mended = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return mended === '' ? 'unnamed' : mended;
}

const NAME_PART = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Whether a key may be that of a label or annotation. */
export function isLabelKey(key: string): boolean {
  const [first, second, ...more] = key.split('/');
  if (more.length > 0) return false;
  return second === undefined ? NAME_PART.test(first) : PREFIX.test(first) && NAME_PART.test(second);
}

/** Whether a value may be that of a label; annotations take any. */
export const isLabelValue = (value: string): boolean => value === '' || NAME_PART.test(value);

/** A label key of any text. */
export function labelKey(key: string): string {
  if (isLabelKey(key)) return key;
  const [last, ...before] = key.split('/').reverse();
  const part = (text: string): string =>
    text
      .replace(/[^A-Za-z0-9_.-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
      .slice(0, 63);
  const prefix = before.reverse().map(part).join('.').toLowerCase();
  return prefix === '' ? part(last) : `${prefix}/${part(last)}`;
}

/** What the objects of a service are selected by. */
export const NAME_LABEL = 'app.kubernetes.io/name';

const OF_SCALERS = new Set(ANNOTATIONS.filter(({ on }) => on === 'scaler').map(({ name }) => `${BATON}${name}`));

/** Whether an annotation is one of autoscalers, and has no meaning on pods. */
export const isOfScaler = (key: string): boolean => OF_SCALERS.has(key);
