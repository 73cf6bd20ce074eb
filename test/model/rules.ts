/** The rules that the guarantees rest on; each can be taken out, to see what then goes wrong. */
export interface Rules {
  /** A batch is stored only if no key's state has moved on. */
  readonly hasGuard: boolean;
  /** An event is acknowledged when its batch is stored, not when it is sent. */
  readonly acksAfterCommit: boolean;
  /** An event that the owner remembers as applied is looked up in the stream before it is acknowledged. */
  readonly readsAfresh: boolean;
  /** An owner notices that deliveries are missing between two that it got. */
  readonly noticesHoles: boolean;
  /** An owner that drops what it has not begun takes what still comes under its old pin for a new beginning. */
  readonly forgetsPin: boolean;
  /**
   * What a new owner does before it goes on:
   *
   * - `gap-free`: it asks from where on messages may be unacknowledged, recalls them, and reads from the
   *   stream itself what does not come.
   * - `reading`: the same without recalling, which brings nothing but repetitions: far fewer states.
   * - `proof`: it asks how many are unacknowledged and recalls what may be; it goes on when as many are in
   *   its hands which were certainly so: delivered to nobody else, or delivered after it had asked.
   * - `trusting`: the same, but what it has counts whenever it came.
   * - `sentinel`: it recalls them, last one of its own, and believes that all have come when that one comes.
   * - `counting`: it waits until as many messages are unacknowledged as it holds.
   * - `recall`: it recalls them and goes on.
   * - `none`: it goes on.
   */
  readonly takeover:
    | 'gap-free'
    | 'reading'
    | 'proof'
    | 'trusting'
    | 'sentinel'
    | 'counting'
    | 'recall'
    | 'none';
  /** `each` event by itself; or by `watermark`: an acknowledgement holds for all messages before it. */
  readonly acknowledges: 'each' | 'watermark';
  /** A watermark ends before the first event that is not finished. */
  readonly isContiguous: boolean;
  /** An owner that drops what it has not begun begins a new watermark with the next takeover. */
  readonly forgetsMark: boolean;
  /** An owner whose connection was cut acknowledges nothing any more of what it had before. */
  readonly distrustsCut: boolean;
  /**
   * What recognises an event that comes again: the `state` of its key; or nobody, a `reaction`, which
   * does it again under the same ids: the first time is what counts.
   */
  readonly reader: 'state' | 'reaction';
  /** `any`: the broker turns its queue over when it wakes and finds nobody to deliver to. */
  readonly redeliveryOrder: 'any' | 'first-in-first-out';
}

export const allRules: Rules = {
  hasGuard: true,
  acksAfterCommit: true,
  readsAfresh: true,
  noticesHoles: true,
  forgetsPin: true,
  takeover: 'gap-free',
  acknowledges: 'each',
  isContiguous: true,
  forgetsMark: true,
  distrustsCut: true,
  reader: 'state',
  redeliveryOrder: 'any',
};

/** What can go wrong; each at any moment. */
export type FaultName =
  /** A process ends; what it had sent may still arrive. Another one starts in its place. */
  | 'crash'
  /** The broker takes the pin from an owner that still works: it was frozen, or cut off. */
  | 'pin-loss'
  /** A delivery or an acknowledgement is lost on the wire. */
  | 'lost-message'
  /** An owner stops waiting for the answer to a batch, which arrives later or has been stored. */
  | 'lost-answer'
  /** A lease ends though its holder still works on the message. */
  | 'lapsed-lease'
  /** An owner leaves: it hands back what it has not begun. */
  | 'leave'
  /** The broker comes back without its last batch. */
  | 'forgotten-batch';

export interface Sizes {
  /** The key of each message, in the order of the stream. */
  readonly keys: readonly number[];
  readonly owners: number;
  /** How often each fault may strike, in any order. */
  readonly faults: Partial<Readonly<Record<FaultName, number>>>;
}
