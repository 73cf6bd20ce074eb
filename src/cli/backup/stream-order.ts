import { retryStreamOf } from '../../contracts/streams.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';

/** A stream to be saved, and the service that writes it. */
export interface StreamToSave {
  readonly name: string;
  readonly service: AnyService;
  /** Without it the service has never run. */
  readonly isRequired: boolean;
}

/**
 * The streams of services, whose facts others react to before those others: then whatever a saved
 * acknowledgement of a fact stands for is saved too.
 */
export const inOrderOfSaving = (services: readonly AnyService[]): readonly StreamToSave[] => {
  const ordered: AnyService[] = [];
  const visit = (service: AnyService, path: readonly AnyService[]): void => {
    if (ordered.includes(service) || path.includes(service)) return;
    const sources = services.filter((each) =>
      service.reactions.some(({ contract }) => contract.stream === each.stream),
    );
    for (const source of sources) visit(source, [...path, service]);
    ordered.push(service);
  };
  for (const service of services) visit(service, []);
  return ordered.flatMap((service) => [
    { name: service.stream.name, service, isRequired: true },
    ...(service.ordering === 'none'
      ? [{ name: retryStreamOf(service.stream).name, service, isRequired: false }]
      : []),
  ]);
};
