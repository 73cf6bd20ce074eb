import type { JsMsg, Msg } from 'nats';
import { readHeaders } from '../../src/infra/nats/header-lines.ts';
import type { Row, RowRun } from '../row.ts';
import { bareConsumer, pullSize } from './bare-consumer.ts';

/** What of an envelope is read from headers. */
export const envelopeHeaders = [
  'specversion',
  'id',
  'type',
  'source',
  'time',
  'dataversion',
  'correlationid',
].map((name) => `ce-${name}`);

/** Reads one header by its name. */
type Reader = (name: string) => string | undefined;

const readAll = async (
  { url, measurement }: RowRun,
  row: string,
  readerOf: (message: JsMsg) => Reader,
): Promise<void> => {
  await using bare = await bareConsumer(url, row);
  const messages = await bare.consumer.consume({
    max_messages: pullSize,
    callback: (message) => {
      const read = readerOf(message);
      for (const name of envelopeHeaders) if (!read(name)) throw new Error(`no ${name}`);
      message.ack();
      measurement.add();
    },
  });
  await measurement.counted;
  await messages.close();
};

/** The message within the client's own wrapping, which it keeps to itself. */
const within = (message: JsMsg): Msg => (message as unknown as { readonly msg: Msg }).msg;

export const headersClient = {
  title: 'client: callback, headers, ack',
  stream: 'facts',
  does: "the first row, and seven headers read through the client's headers",
  run: (run) =>
    readAll(
      run,
      'headers-client',
      ({ headers }) =>
        (name) =>
          headers?.get(name),
    ),
} as const satisfies Omit<Row, 'base'>;

export const headersLines = {
  title: "client: callback, headers by Millrace's lines, ack",
  stream: 'facts',
  does: 'the same headers read out of their lines, as Millrace does',
  run: (run) =>
    readAll(run, 'headers-lines', (message) => {
      const headers = readHeaders(within(message));
      return (name) => headers.get(name);
    }),
} as const satisfies Omit<Row, 'base'>;
