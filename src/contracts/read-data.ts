import type { z } from 'zod';
import type { EventContract } from './define-event.ts';
import { InvalidEvent } from './invalid-event.ts';
import { sayIssues } from './say-issues.ts';

/** The data of an event in its contract's current version. */
export interface ReadData<Data> {
  readonly data: Data;
  /** The version in which it came. */
  readonly version: number;
}

/**
 * Checks an event's data and brings it to the current version, step by step.
 *
 * Without a stated version (a foreign producer) the newest version whose schema fits is taken.
 *
 * @throws InvalidEvent `unsupported-version` for a version from the future or none of ours,
 * `invalid-data` naming every field that is wrong.
 */
export const readData = <Data>(
  contract: EventContract<string, Data>,
  data: unknown,
  version: number | undefined,
): ReadData<Data> => {
  const current = contract.version;
  if (version === current) return { data: check(contract, contract.data, data, version), version };
  if (version === undefined) return newestFit(contract, data);
  if (version > current || !contract.upcasters[version]) {
    throw new InvalidEvent(
      'unsupported-version',
      `${contract.type} version ${version}: known are 1 to ${current}`,
    );
  }
  return { data: upcast(contract, data, version), version };
};

const newestFit = <Data>(contract: EventContract<string, Data>, data: unknown): ReadData<Data> => {
  const newest = contract.data.safeParse(data);
  if (newest.success) return { data: newest.data, version: contract.version };
  for (let version = contract.version - 1; version >= 1; version--) {
    if (contract.upcasters[version]?.data.safeParse(data).success) {
      return { data: upcast(contract, data, version), version };
    }
  }
  throw invalidData(contract.type, contract.version, newest.error);
};

const upcast = <Data>(contract: EventContract<string, Data>, data: unknown, from: number): Data => {
  let value = data;
  for (let version = from; version < contract.version; version++) {
    const step = contract.upcasters[version];
    if (!step)
      throw new InvalidEvent(
        'unsupported-version',
        `${contract.type}: no step from version ${version}`,
      );
    value = step.up(check(contract, step.data, value, version));
  }
  return check(contract, contract.data, value, contract.version);
};

const check = <Data>(
  { type }: EventContract,
  schema: z.ZodType<Data>,
  data: unknown,
  version: number,
): Data => {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw invalidData(type, version, parsed.error);
};

const invalidData = (type: string, version: number, error: z.ZodError): InvalidEvent =>
  new InvalidEvent('invalid-data', `${type} version ${version}: ${sayIssues(error)}`);
