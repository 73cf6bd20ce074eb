interface Operation {
  readonly responses?: Readonly<Record<string, { description: string }>>;
}

/** As much of an OpenAPI document as is looked at here. */
interface ApiDocument {
  readonly components?: { readonly schemas?: Record<string, unknown> };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const goodEnds: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Done: it exists now',
  202: 'Stored by the stream; the outcome is not known yet',
};

/** Says what the good answers are, and leaves out the named schemas that nothing refers to. */
export const finishDocument = <Document extends object>(document: Document): Document => {
  const { components, paths = {} }: ApiDocument = document;
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  for (const { responses = {} } of operations) {
    for (const [status, response] of Object.entries(responses)) {
      response.description = goodEnds[status] ?? response.description;
    }
  }
  const schemas = components?.schemas ?? {};
  while (dropUnused(schemas, JSON.stringify(document))) {
    // Whatever only a dropped one referred to goes in the next turn.
  }
  return document;
};

const dropUnused = (schemas: Record<string, unknown>, document: string): boolean => {
  const unused = Object.keys(schemas).filter(
    (name) => !document.includes(`"#/components/schemas/${name}"`),
  );
  for (const name of unused) delete schemas[name];
  return unused.length > 0;
};
