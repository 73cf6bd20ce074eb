import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ComparedRow, LeftOut, Program } from './compared.ts';
import { findPeer } from './peer-packages.ts';
import type { FoundSystem, Surroundings } from './system.ts';

/** A row that can be run here. */
export interface ReadyRow {
  readonly row: ComparedRow;
  readonly start: Extract<FoundSystem, { kind: 'found' }>['start'];
  /** The file of its program. */
  readonly program: string;
}

export interface FoundRows {
  readonly ready: readonly ReadyRow[];
  readonly leftOut: readonly LeftOut[];
  readonly versions: Readonly<Record<string, string>>;
}

/** Looks which rows this machine has the programs and packages for. */
export const findRows = async (
  rows: readonly ComparedRow[],
  surroundings: Surroundings,
): Promise<FoundRows> => {
  const [ready, leftOut]: [ReadyRow[], LeftOut[]] = [[], []];
  const versions: Record<string, string> = {};
  for (const row of rows) {
    const program = await findProgram(row.program, surroundings);
    const system = await row.system.find(surroundings);
    if (program.kind === 'missing') leftOut.push({ name: row.name, why: program.needs });
    else if (system.kind === 'missing') leftOut.push({ name: row.name, why: system.needs });
    else {
      ready.push({ row, start: system.start, program: program.path });
      Object.assign(versions, program.versions, { [row.system.name]: system.version });
    }
  }
  return { ready, leftOut, versions };
};

const findProgram = async (program: Program, { peersFolder }: Surroundings) => {
  if (program.kind === 'own') {
    const path = fileURLToPath(new URL(`../${program.path}`, import.meta.url));
    return { kind: 'found', path, versions: {} } as const;
  }
  const peer = await findPeer(program.peer, peersFolder);
  if (peer.kind === 'missing') return peer;
  return { kind: 'found', path: join(peer.folder, program.path), versions: peer.versions } as const;
};
