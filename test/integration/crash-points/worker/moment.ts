/** Where in the code of the service itself a process ends. */
export type PlaceInService =
  /** While the event is decoded. */
  | 'decode'
  /** While the handler runs. */
  | 'handler'
  /** When the handler has decided, and nothing is made of it yet. */
  | 'decision';

/** What a process has done with something that it sends when it ends. */
export type Progress =
  /** Nothing yet. */
  | 'before'
  /** Given to the client, not to the network. */
  | 'written'
  /** The broker has read it; an answer is not looked at any more. */
  | 'flushed'
  /** The answer is there, and nothing is made of it yet. */
  | 'answered';

/** The moment at which a process ends. */
export type Moment =
  | { readonly in: PlaceInService }
  | {
      /** A part of the subject of what is sent. */
      readonly to: string;
      /** A part of its headers and body. */
      readonly saying?: string;
      /** Only what is sent after something with this in its subject counts. */
      readonly after?: string;
      readonly progress: Progress;
      /** At the message of this number that fits, from 1. @default 1 */
      readonly nth?: number;
    };
