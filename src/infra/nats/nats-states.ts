import { type ServiceStream, stateSubject } from '../../contracts/streams.ts';
import type { StateReader } from '../pipeline/ports.ts';
import type { JsApi } from './js-api.ts';
import { readMessage } from './stored-message.ts';

/** Reads the states of a service's keys from the stream's leader. */
export const natsStates = (api: JsApi, stream: ServiceStream): StateReader => ({
  read: async (place) => {
    const subject = stateSubject(stream, place);
    const found = await readMessage(api, stream.name, { last_by_subj: subject });
    return found && { revision: found.sequence, record: found.body.toString('utf8') };
  },
});
