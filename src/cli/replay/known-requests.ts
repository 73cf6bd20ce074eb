import type { EventContract } from '../../contracts/define-event.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';

/** What the services listen to, as far as a producer needs to know. */
type Services = readonly {
  readonly routes: readonly { readonly contract: EventContract }[];
}[];

/** The request events that the services handle. */
export class KnownRequests {
  readonly #contracts: ReadonlyMap<string, EventContract>;

  constructor(services: Services) {
    const contracts = services.flatMap(({ routes }) => routes.map(({ contract }) => contract));
    this.#contracts = new Map(contracts.map((contract) => [contract.type, contract]));
  }

  /** @throws InvalidEvent `unknown-type` */
  contractOf(type: string): EventContract {
    const contract = this.#contracts.get(type);
    if (contract) return contract;
    throw new InvalidEvent('unknown-type', `unknown type "${type}"`);
  }

  /**
   * Whether an event that breaks its contract, or has none, can be published all the same.
   *
   * Never to a service some of whose events hold a secret: in a broken one it could be anywhere.
   */
  mayBeBroken(type: string): boolean {
    const ofService = this.#ofService(type);
    return (
      /^[^.]+\.[a-z][a-z0-9-]{0,63}$/.test(type) &&
      ofService.length > 0 &&
      ofService.every(({ secret }) => secret.length === 0)
    );
  }

  /** The key of data that breaks its contract, as far as it can be told; else `unknown`. */
  likelyKey(type: string, data: unknown): string {
    const contract = this.#contracts.get(type) ?? this.#ofService(type)[0];
    try {
      const key: unknown = contract?.key(data);
      return typeof key === 'string' && key !== '' ? key : 'unknown';
    } catch {
      return 'unknown';
    }
  }

  #ofService(type: string): readonly EventContract[] {
    const service = type.slice(0, type.indexOf('.'));
    return [...this.#contracts.values()].filter(({ stream }) => stream.service === service);
  }
}
