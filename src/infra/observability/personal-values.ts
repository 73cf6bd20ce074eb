import type { EventContract } from '../../contracts/define-event.ts';

/** The part of a contract that says what is personal. */
export type Discretion = Pick<EventContract, 'personal' | 'secret'>;

/** The texts in the fields of some data that its contract calls personal or secret, however deep. */
export const personalValues = (contract: Discretion | undefined, data: unknown): string[] => {
  if (!contract || typeof data !== 'object' || data === null) return [];
  const fields: Readonly<Record<string, unknown>> = { ...data };
  return [...contract.personal, ...contract.secret].flatMap((field) => textsIn(fields[field]));
};

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
};
