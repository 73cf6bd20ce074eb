/** Knows which methods a path has, so that a wrong one is told from an unknown path. */
export class AllowedMethods {
  readonly #routes: {
    readonly segments: readonly string[];
    readonly methods: readonly string[];
  }[] = [];

  /** Notes a route as it is registered: `/products/:id`. */
  add({
    url,
    method,
  }: {
    readonly url: string;
    readonly method: string | readonly string[];
  }): void {
    this.#routes.push({ segments: url.split('/'), methods: [method].flat() });
  }

  /** The methods of every route that the path fits; none for an unknown path. */
  at(path: string): readonly string[] {
    const segments = path.split('/');
    const fitting = this.#routes.filter((route) => fits(route.segments, segments));
    return [...new Set(fitting.flatMap(({ methods }) => methods))].sort();
  }
}

const fits = (pattern: readonly string[], path: readonly string[]): boolean => {
  const rest = pattern.indexOf('*');
  if (rest >= 0) return path.length > rest && fits(pattern.slice(0, rest), path.slice(0, rest));
  return (
    pattern.length === path.length &&
    pattern.every((name, index) =>
      name.startsWith(':') ? path[index] !== '' : name === path[index],
    )
  );
};
