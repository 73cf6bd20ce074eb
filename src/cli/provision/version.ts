/** A version number, and whether it is of a release or of what came before it. */
export interface Version {
  readonly numbers: readonly [major: number, minor: number, patch: number];
  readonly kind: 'release' | 'pre-release';
}

const shape = /^v?(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z])?/;

/** Reads `v2.15.0`, `2.15.0-RC.1` and the like; throws on anything else. */
export const parseVersion = (text: string): Version => {
  const match = shape.exec(text);
  if (match === null) throw new TypeError(`"${text}" is not a version`);
  return {
    numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
    kind: match[4] === undefined ? 'release' : 'pre-release',
  };
};

/** Below zero when the first version is older, above zero when it is newer. */
export const compareVersions = (first: string, second: string): number => {
  const [one, other] = [parseVersion(first), parseVersion(second)];
  const differences = one.numbers.map((number, index) => number - (other.numbers[index] ?? 0));
  const ofKind = Number(one.kind === 'release') - Number(other.kind === 'release');
  return [...differences, ofKind].find((difference) => difference !== 0) ?? 0;
};
