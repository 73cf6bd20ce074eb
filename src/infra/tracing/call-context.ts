import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';

/**
 * The current span of OpenTelemetry's API, for as long as a call lasts: what a handler begins before it
 * first waits is within its span.
 *
 * Following it beyond that takes hooks on every promise of the process, which cost each event half as
 * much as all of the pipeline.
 */
export class CallContext implements ContextManager {
  #active = ROOT_CONTEXT;

  active(): Context {
    return this.#active;
  }

  with<Args extends unknown[], Run extends (...args: Args) => ReturnType<Run>>(
    context: Context,
    run: Run,
    self?: ThisParameterType<Run>,
    ...args: Args
  ): ReturnType<Run> {
    const before = this.#active;
    this.#active = context;
    try {
      return run.apply(self, args);
    } finally {
      this.#active = before;
    }
  }

  bind<Target>(context: Context, target: Target): Target {
    if (typeof target !== 'function') return target;
    return ((...args: unknown[]) => this.with(context, () => target(...args))) as Target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#active = ROOT_CONTEXT;
    return this;
  }
}
