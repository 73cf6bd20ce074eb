/** What is installed: an overlay of k8s/overlays. */
export const overlays = ['dev', 'prod', 'bring-your-own-nats'] as const;
export type Overlay = (typeof overlays)[number];

/** What is switched on: a component of k8s/components. */
export type Component =
  | 'gateway-scaling'
  | 'hpa'
  | 'keda'
  | 'network-policies'
  | 'plain-monitoring'
  | 'prometheus-operator'
  | 'scale-to-zero'
  | 'tls'
  | 'tls-clients'
  | 'zone-spread';

/** Of each row one alternative goes: two autoscalers or two monitorings are one too many. */
const choices: readonly (readonly (readonly Component[])[])[] = [
  [[], ['keda'], ['keda', 'scale-to-zero'], ['hpa'], ['gateway-scaling']],
  [[], ['prometheus-operator'], ['plain-monitoring']],
  [[], ['network-policies']],
  [[], ['zone-spread']],
  [[], ['tls']],
];

type Alternatives = readonly (readonly Component[])[];

/** Every way to choose one alternative of each row. */
export const allCombinations: readonly (readonly Component[])[] = choices.reduce<Alternatives>(
  (ways, row) => ways.flatMap((way) => row.map((alternative) => [...way, ...alternative])),
  [[]],
);

const pairsIn = (combination: readonly Component[]): readonly string[] => {
  const chosen = choices.map((row) => {
    const fits = row.filter((alternative) => alternative.every((one) => combination.includes(one)));
    return fits.reduce((longest, one) => (one.length > longest.length ? one : longest), []).join();
  });
  return chosen.flatMap((one, row) =>
    chosen.slice(row + 1).map((other, index) => `${row} ${one} | ${row + 1 + index} ${other}`),
  );
};

/** The fewest combinations, found greedily, in which every two alternatives meet. */
const meetings = (): readonly (readonly Component[])[] => {
  const missing = new Set(allCombinations.flatMap(pairsIn));
  const taken: (readonly Component[])[] = [];
  while (missing.size > 0) {
    const gains = allCombinations.map((one) => pairsIn(one).filter((pair) => missing.has(pair)));
    const best = gains.reduce(
      (top, { length }, index) => (length > (gains[top]?.length ?? 0) ? index : top),
      0,
    );
    for (const pair of gains[best] ?? []) missing.delete(pair);
    taken.push(allCombinations[best] ?? []);
  }
  return taken;
};

const chosen = process.env['EVERY_COMBINATION'] ? allCombinations : meetings();

/**
 * What is tried of an overlay: every two alternatives together, or all with EVERY_COMBINATION=1.
 * Where there is no broker, TLS is the clients' alone.
 */
export const combinationsFor = (overlay: Overlay): readonly (readonly Component[])[] =>
  overlay === 'bring-your-own-nats'
    ? chosen.map((components) => components.map((one) => (one === 'tls' ? 'tls-clients' : one)))
    : chosen;
