interface Version {
  readonly numbers: readonly number[];
  readonly pre: readonly string[];
}

const VERSION = /^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;
const STRICT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const CONDITION = /^\s*(>=|<=|!=|~>|>|<|=)?\s*(\S+)\s*$/;

/**
 * Whether a version meets conditions like `>= 1.2, < 2.0` or `~> 1.4.2`. `semver`: versions have three numbers, and one
 * before a release (`1.0.0-rc1`) is ordered as SemVer 2.0 says; else it meets conditions with such an ending only.
 */
export function versionMeets(text: string, conditions: string, semver: boolean): boolean {
  const version = parseVersion(text, semver);
  if (version === undefined) return false;
  return conditions.split(',').every((part) => {
    const match = CONDITION.exec(part);
    const wanted = match === null ? undefined : parseVersion(match[2], semver);
    if (match === null || wanted === undefined) return false;
    const [, sign = '='] = match;
    if (sign === '~>') return !semver && pessimistic(version, wanted);
    if (!semver && version.pre.length > 0 && !preMayCompare(version, wanted, sign)) return false;
    const order = compare(version, wanted);
    switch (sign) {
      case '=':
        return order === 0;
      case '!=':
        return order !== 0;
      case '>':
        return order > 0;
      case '>=':
        return order >= 0;
      case '<':
        return order < 0;
      default:
        return order <= 0;
    }
  });
}

function parseVersion(text: string, semver: boolean): Version | undefined {
  const match = VERSION.exec(text.trim());
  if (match === null || (semver && !STRICT.test(text.trim()))) return undefined;
  return { numbers: match[1].split('.').map(Number), pre: match[2]?.split('.') ?? [] };
}

/** `~> 1.4.2`: at least that, and the same in all but the last number. */
function pessimistic(version: Version, wanted: Version): boolean {
  if (version.pre.length > 0 && wanted.pre.length === 0) return false;
  if (compare(version, wanted) < 0) return false;
  return wanted.numbers.slice(0, -1).every((number, place) => (version.numbers[place] ?? 0) === number);
}

function preMayCompare(version: Version, wanted: Version, sign: string): boolean {
  if (sign === '=' || sign === '!=') return true;
  return wanted.pre.length > 0 && compareNumbers(version.numbers, wanted.numbers) === 0;
}

function compare(a: Version, b: Version): number {
  const order = compareNumbers(a.numbers, b.numbers);
  if (order !== 0) return order;
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (let place = 0; place < Math.max(a.pre.length, b.pre.length); place++) {
    const [x, y] = [a.pre[place], b.pre[place]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (x === y) continue;
    const [m, n] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (m && n) return Number(x) - Number(y);
    if (m !== n) return m ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let place = 0; place < Math.max(a.length, b.length); place++) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
