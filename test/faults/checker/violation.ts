/** A way in which a run can have gone wrong. */
export type ViolationKind =
  /** Acknowledged or stored, and neither applied, nor dead, nor parked, although nothing is pending. */
  | 'lost'
  /** The same, but the broker says that something is still pending. */
  | 'stuck'
  /** Applied twice, or dead twice, or applied and dead. */
  | 'doubled'
  /** Applied after an event that its key was sent later. */
  | 'reordered'
  /** There although nobody asked for it. */
  | 'ghost'
  /** The state is not what the facts of its key add up to, or two facts stand in one place. */
  | 'wrong state'
  /** A dead letter of an event that nothing was wrong with, or none of one that can only fail. */
  | 'wrong fate';

export interface Violation {
  readonly kind: ViolationKind;
  /** What, where: the key, the event, the sequence. */
  readonly text: string;
  /** The key, where there is one. */
  readonly key: string | undefined;
}

/** How many of each kind are told one by one. */
const told = 20;

/** Counts violations, and keeps the first of each kind. */
export class Violations {
  readonly counts: Record<ViolationKind, number> = {
    lost: 0,
    stuck: 0,
    doubled: 0,
    reordered: 0,
    ghost: 0,
    'wrong state': 0,
    'wrong fate': 0,
  };
  readonly first: Violation[] = [];

  add(kind: ViolationKind, text: string, key?: string): void {
    if (this.counts[kind]++ < told) this.first.push({ kind, text, key });
  }
}
