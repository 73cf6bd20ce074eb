import { describe, expect, it } from 'vitest';
import { pageOf } from '../../../../src/observer/status/page.ts';
import { Replicas } from '../../../../src/observer/status/replicas.ts';
import type {
  ServiceStatus,
  StatusDocument,
} from '../../../../src/observer/status/status-document.ts';
import { troublesOf } from '../../../../src/observer/status/troubles.ts';
import { age, bytes, duration, percent, ranges } from '../../../../src/observer/status/words.ts';

const well: ServiceStatus = {
  ...{ service: 'cart', isUp: true, readyReplicas: 1, replicas: [], waitingEvents: 0 },
  ...{ oldestWaitingSeconds: 0, scheduledRetries: 0, deadLetters: 0, parkedKeys: 0 },
  partitionsWithoutOwner: {},
};
const document = (services: readonly ServiceStatus[]): StatusDocument => {
  const broker = { isConnected: true, servers: [] };
  const streams: StatusDocument['streams'] = [];
  const availability = { ratio: 1, failures: 0, upSeconds: 1, downSeconds: 0 };
  const none = { responseSeconds: undefined, throughputPerSecond: 0 };
  const none2 = { ...availability, mtbfSeconds: undefined, mttrSeconds: undefined };
  return {
    ...{ asOf: '2026-01-01T00:00:00.000Z', broker, services, streams, gateway: [] },
    troubles: troublesOf({ broker, services, streams }),
    figures: {
      ...{ windowSeconds: 10, services: [] },
      system: { ...none, latencySeconds: undefined, availability: none2 },
    },
    history: {
      ...{ at: [], services: [], throughputPerSecond: {}, waitingEvents: {} },
      ...{ oldestWaitingSeconds: {}, responseSeconds: {} },
    },
  };
};

describe('the page', () => {
  it('says that nothing is wrong only when nothing is', () => {
    expect(pageOf(document([well]))).toContain('Nothing is known to be wrong');
    const page = pageOf(document([{ ...well, isUp: false, waitingEvents: 12, deadLetters: 2 }]));
    expect(page).toContain('cart is down: no replica is ready, and 12 events waiting.');
    expect(page).toContain('2 dead letters of cart.');
  });

  it('never shows as a number what is not known', () => {
    const page = pageOf(document([{ ...well, waitingEvents: undefined }]));
    expect(page).toContain('<td class="number">unknown</td>');
    expect(page).toContain('What waits for cart cannot be read.');
  });

  it('shows text as text, whoever wrote it', () => {
    const name = '"><script>alert(1)</script>';
    const replica = { name, state: 'silent', why: [], version: undefined } as const;
    const replicas = [
      { ...replica, startedAt: undefined, inFlight: undefined, partitions: { [name]: [1] } },
    ];
    const page = pageOf(document([{ ...well, replicas }]));
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
  });
});

it('believes a replica that misses one call, and shows for two minutes who is gone', () => {
  const replicas = new Replicas();
  const state = () => replicas.status.map((replica) => replica.state);
  const report = { name: 'a', version: '1', startedAt: 0, inFlight: 1, partitions: {} };
  const totals = { settled: {}, response: { count: 0, sum: 0 }, visible: { count: 0, sum: 0 } };
  replicas.take({ reports: [{ ...report, totals, notReady: [] }], announced: ['a'] }, 0);
  expect(state()).toEqual(['ready']);
  replicas.take({ reports: [], announced: ['a'] }, 2_000);
  expect(state()).toEqual(['ready']);
  replicas.take({ reports: [], announced: ['a'] }, 5_000);
  expect(state()).toEqual(['silent']);
  replicas.take({ reports: [], announced: [] }, 7_000);
  expect(state()).toEqual(['gone']);
  replicas.take({ reports: [], announced: [] }, 126_000);
  expect(state()).toEqual([]);
});

it('writes numbers for people', () => {
  expect([0, 1023, 1536, 5 * 2 ** 30].map(bytes)).toEqual(['0 B', '1,023 B', '1.5 KiB', '5 GiB']);
  expect([undefined, 0.0042, 1.25, 600].map(duration)).toEqual(['–', '4.2 ms', '1.3 s', '10 min']);
  expect([undefined, 0, 3].map(age)).toEqual(['unknown', '–', '3 s']);
  expect([1, 0.99999, undefined].map(percent)).toEqual(['100 %', '99.99 %', 'unknown']);
  expect(ranges([0, 1, 2, 5, 7, 8])).toBe('0-2, 5, 7-8');
});
