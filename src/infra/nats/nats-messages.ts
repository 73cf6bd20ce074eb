import type { InboundMessage } from '../pipeline/delivery.ts';
import type { MessageReader } from '../pipeline/ports.ts';
import { inboundOfStored } from './inbound.ts';
import type { JsApi } from './js-api.ts';
import { readMessage, type WantedMessage } from './stored-message.ts';

/** Reads single messages of a stream from its leader. */
export class NatsMessages implements MessageReader {
  readonly #api: JsApi;
  readonly #stream: string;

  constructor(api: JsApi, stream: string) {
    this.#api = api;
    this.#stream = stream;
  }

  at(sequence: number): Promise<InboundMessage | undefined> {
    return this.#read({ seq: sequence });
  }

  next(filter: string, from: number): Promise<InboundMessage | undefined> {
    return this.#read({ seq: from, next_by_subj: filter });
  }

  last(filter: string): Promise<InboundMessage | undefined> {
    return this.#read({ last_by_subj: filter });
  }

  async #read(wanted: WantedMessage): Promise<InboundMessage | undefined> {
    const found = await readMessage(this.#api, this.#stream, wanted);
    return found && inboundOfStored(this.#stream, found);
  }
}
