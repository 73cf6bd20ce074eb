import { connect } from 'nats';
import { die } from './die.ts';
import { type Frame, framesIn } from './frames.ts';
import type { Moment } from './moment.ts';

type WireMoment = Extract<Moment, { readonly to: string }>;

/** What a connection of the client sends and receives through; all of them share one prototype. */
interface Protocol {
  sendCommand(command: string | Uint8Array, ...payloads: Uint8Array[]): void;
  processMsg(message: { readonly subject: Uint8Array }, data: Uint8Array): void;
  flush(): Promise<void>;
}

/**
 * Ends the process at a moment of its sending: every connection of the process is watched.
 *
 * It is watched where the client writes bytes and takes them, so that the product is run as it is,
 * whichever of its parts sends, and however it does.
 */
export const watchWire = async (servers: string, moment: WireMoment): Promise<void> => {
  const probe = await connect({ servers });
  const { protocol } = probe as unknown as { readonly protocol: Protocol };
  const wire = Object.getPrototypeOf(protocol) as Protocol;
  await probe.close();
  const { sendCommand, processMsg } = wire;
  let seen = 0;
  let isDying = false;
  let hasBegun = moment.after === undefined;
  /** The subject of the answer at which the process ends. */
  let awaited: string | undefined;
  const isIt = ({ subject, text }: Frame): boolean => {
    if (!hasBegun) hasBegun = subject.includes(moment.after ?? '');
    const fits = subject.includes(moment.to) && text.includes(moment.saying ?? '');
    return hasBegun && fits && ++seen === (moment.nth ?? 1);
  };
  const where = `${moment.progress} ${moment.to}`;

  wire.sendCommand = function (command, ...payloads) {
    if (isDying) return;
    const frames = framesIn(command, payloads);
    if (frames.length === 0) return sendCommand.call(this, command, ...payloads);
    for (const frame of frames) {
      const isNow = isIt(frame);
      if (isNow && moment.progress === 'before') die(where);
      sendCommand.call(this, frame.bytes);
      if (!isNow) continue;
      if (moment.progress === 'written') die(where);
      if (moment.progress === 'answered') awaited = frame.reply;
      if (moment.progress === 'flushed') {
        void this.flush().then(() => die(where));
        isDying = true;
        return;
      }
    }
  };

  wire.processMsg = function (message, data) {
    if (awaited !== undefined && Buffer.from(message.subject).toString() === awaited) die(where);
    processMsg.call(this, message, data);
  };
};
