const value = '([\\x21\\x23\\x24\\x26-\\x7e]{1,256})';

/**
 * The lines of `writeHeaders`, in its order, with nothing between them; headers for and from the
 * broker may come before and after. No value has anything to decode.
 */
const usual = new RegExp(
  [
    '^NATS/1\\.0\\r\\n(?:Nats-[^\\r\\n]*\\r\\n)*',
    'ce-specversion: 1\\.0\\r\\n',
    `ce-id: ${value}\\r\\n`,
    `ce-type: ${value}\\r\\n`,
    `ce-source: ${value}\\r\\n`,
    'ce-time: (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z)\\r\\n',
    'content-type: application/json\\r\\n',
    `ce-correlationid: ${value}\\r\\n`,
    '(?:ce-dataversion: ([1-9]\\d{0,8})\\r\\n)?',
    `(?:ce-causationid: ${value}\\r\\n)?`,
    '(?:traceparent: ([\\x21-\\x7e]+)\\r\\n)?',
    '(?:Nats-[^\\r\\n]*\\r\\n)*\\r\\n$',
  ].join(''),
);

/** An envelope without what the usual layout has no place for. */
export interface UsualHeaders {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly time: string;
  readonly version: number | undefined;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: undefined;
}

/**
 * Reads an event's envelope out of header lines in exactly the layout that Millrace writes, in one step.
 *
 * Nothing for any other layout, also for a valid one: that is then read name by name, and what is
 * wrong with it said.
 */
export const readUsualHeaders = (lines: string): UsualHeaders | undefined => {
  const found = usual.exec(lines);
  if (!found) return undefined;
  const [, id, type, source, time, correlationId, version, causationId, traceparent] = found;
  if (id === undefined || type === undefined || source === undefined) return undefined;
  if (time === undefined || correlationId === undefined || !isTime(time)) return undefined;
  return {
    id,
    type,
    source,
    time,
    version: version === undefined ? undefined : Number(version),
    correlationId,
    causationId,
    traceparent,
    tracestate: undefined,
  };
};

/** Events that follow each other often have the same time. */
let lastTime = '';

const isTime = (text: string): boolean => {
  if (text === lastTime) return true;
  if (Number.isNaN(Date.parse(text))) return false;
  lastTime = text;
  return true;
};
