import { connect, type NatsConnection, type PublishOptions } from 'nats';
import { die } from './die.ts';
import type { Moment } from './moment.ts';

type WireMoment = Extract<Moment, { readonly to: string }>;
type Payload = Parameters<NatsConnection['publish']>[1];

/** What the client's connections have besides what their types say. */
interface WithCommands {
  readonly protocol: object;
}
interface Commands {
  sendCommand(command: string | Uint8Array, ...payloads: Uint8Array[]): void;
  flush(): Promise<void>;
}

/** The acknowledgements in a text of commands. */
const acksIn = (commands: string) =>
  [...commands.matchAll(/PUB (\$JS\.ACK\S+) 4\r\n(\S{4})\r\n/g)].map(
    ([text, subject = '', payload = '']) => ({ text, subject, payload }),
  );

const never = new Promise<never>(() => {});

/** Everything that a message says besides its subject. */
const textOf = (payload: Payload, options: Pick<PublishOptions, 'headers'> | undefined): string => {
  // All that is asked of headers at sending is their bytes.
  const headers = options?.headers as { encode(): Uint8Array } | undefined;
  return `${headers ? Buffer.from(headers.encode()) : ''}${payload ? Buffer.from(payload) : ''}`;
};

/**
 * Ends the process at a moment of its sending: every connection of the process is watched.
 *
 * The connections of the client share one prototype; that is where it is watched, so that the product
 * is run as it is, whichever of its parts sends.
 */
export const watchWire = async (servers: string, moment: WireMoment): Promise<void> => {
  const probe = await connect({ servers });
  const client = Object.getPrototypeOf(probe) as NatsConnection;
  const commands = Object.getPrototypeOf((probe as unknown as WithCommands).protocol) as Commands;
  await probe.close();
  const { publish, request, flush } = client;
  let seen = 0;
  let isDying = false;
  let isInRequest = false;
  let hasBegun = moment.after === undefined;
  const isIt = (subject: string, payload: Payload, options?: PublishOptions): boolean => {
    if (!hasBegun) hasBegun = subject.includes(moment.after ?? '');
    return hasBegun && fits(subject, payload, options) && ++seen === (moment.nth ?? 1);
  };
  const fits = (subject: string, payload: Payload, options?: PublishOptions): boolean =>
    subject.includes(moment.to) && textOf(payload, options).includes(moment.saying ?? '');
  const where = `${moment.progress} ${moment.to}`;
  const dieFlushed = (connection: NatsConnection): void => {
    isDying = true;
    void flush.call(connection).then(() => die(where));
  };

  client.publish = function (subject, payload, options) {
    if (isInRequest) return publish.call(this, subject, payload, options);
    if (isDying) return;
    const isNow = isIt(subject, payload, options);
    if (isNow && moment.progress === 'before') die(where);
    publish.call(this, subject, payload, options);
    if (isNow && moment.progress === 'written') die(where);
    if (isNow && moment.progress === 'flushed') dieFlushed(this);
  };

  // Acknowledgements leave many in one text: each is looked at by itself.
  const { sendCommand } = commands;
  commands.sendCommand = function (command, ...payloads) {
    const acks = payloads.length === 0 && typeof command === 'string' ? acksIn(command) : [];
    if (acks.length === 0) return sendCommand.call(this, command, ...payloads);
    for (const { text, subject, payload } of acks) {
      if (isDying) return;
      const isNow = isIt(subject, payload);
      if (isNow && moment.progress === 'before') die(where);
      sendCommand.call(this, text);
      if (isNow && moment.progress === 'written') die(where);
      if (isNow && moment.progress === 'flushed') {
        isDying = true;
        void this.flush().then(() => die(where));
      }
    }
  };

  client.request = async function (subject, payload, options) {
    if (isDying) return never;
    const isNow = isIt(subject, payload, options);
    if (isNow && moment.progress === 'before') die(where);
    isInRequest = true;
    const answer = request.call(this, subject, payload, options);
    isInRequest = false;
    if (isNow && moment.progress === 'written') die(where);
    if (isNow && moment.progress === 'flushed') {
      answer.catch(() => undefined);
      dieFlushed(this);
      return never;
    }
    const message = await answer;
    if (isNow) die(where);
    return message;
  };
};
