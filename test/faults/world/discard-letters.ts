import { Ruler } from '../../../src/cli/dead-letters/ruler.ts';
import {
  type Selection,
  selectLetters,
  takeSnapshot,
} from '../../../src/cli/dead-letters/select-letters.ts';
import { systemClock } from '../../../src/infra/runtime/system-clock.ts';
import { LedgerWrite, ledgerStream } from '../service/contract.ts';
import type { World } from './world.ts';

const everything: Selection = {
  names: [],
  reasons: [],
  keys: [],
  types: [],
  since: undefined,
  until: undefined,
  all: false,
  limit: undefined,
};

/** Rules on every dead letter of the ledger that nobody has ruled on; resolves to how many there were. */
export const discardLetters = async ({ producer: bus }: World): Promise<number> => {
  const ruler = new Ruler({
    bus,
    stream: ledgerStream,
    contracts: [LedgerWrite],
    clock: systemClock,
    by: 'fault suite',
  });
  let ruled = 0;
  const snapshot = await takeSnapshot(bus, [ledgerStream]);
  for await (const { message } of selectLetters(bus, snapshot, everything)) {
    const { kind } = await ruler.rule('discarded', message);
    if (kind === 'ruled') ruled++;
  }
  return ruled;
};
