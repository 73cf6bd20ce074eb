import 'reflect-metadata';
import {
  type DependencyContainer,
  injectable as injectableRaw,
  inject as injectRaw,
  Lifecycle,
  container as rootContainer,
} from 'tsyringe';

declare const provides: unique symbol;

/** A run-time name for an interface: the container resolves it, the compiler checks it. */
export type Token<T> = symbol & { readonly [provides]?: (value: T) => T };

/** Makes a token; give it the interface's name: `export const Clock = token<Clock>('Clock')`. */
export const token = <T>(name: string): Token<T> => Symbol(name) as Token<T>;

/** Holds what a process provides to the classes that it builds. */
export type Scope = DependencyContainer;

type AnyClass = abstract new (...args: never[]) => unknown;

const injected = new WeakMap<object, number>();

/** Says by its token what a constructor parameter gets; the compiler refuses a token of another type. */
export const inject =
  <T>(wanted: Token<T>) =>
  <Target extends AnyClass, Index extends number>(
    target: [T] extends [ConstructorParameters<Target>[Index]] ? Target : never,
    _key: undefined,
    index: Index,
  ): void => {
    injectRaw(wanted)(target, undefined, index);
    injected.set(target, (injected.get(target) ?? 0) + 1);
  };

/**
 * Marks a class that the container builds.
 *
 * @throws TypeError at import when a constructor parameter carries no `@inject`: without emitted
 * metadata the container would pass `undefined` for it in silence.
 */
export const injectable =
  () =>
  <T>(target: new (...args: never[]) => T): void => {
    const missing = target.length - (injected.get(target) ?? 0);
    if (missing !== 0) {
      throw new TypeError(`${target.name}: ${missing} constructor parameter(s) without @inject`);
    }
    injectableRaw()(target as never);
  };

/** A scope of its own for one process or one test: nothing registered in it is seen elsewhere. */
export const newScope = (): Scope => rootContainer.createChildContainer();

/** Provides a value under its token, both of one type. */
export const provide = <T>(scope: Scope, wanted: Token<T>, value: NoInfer<T>): void => {
  scope.register(wanted, { useValue: value });
};

/** Provides an instance of a decorated class under a token: built once, when it is first needed. */
export const provideClass = <T>(
  scope: Scope,
  wanted: Token<T>,
  adapter: new (...args: never[]) => NoInfer<T>,
): void => {
  // We lose type safety here because tsyringe wants constructors of any parameters.
  scope.register(wanted, { useClass: adapter as never }, { lifecycle: Lifecycle.Singleton });
};

/** Builds an instance of a decorated class from what the scope provides. */
export const build = <T>(scope: Scope, wanted: new (...args: never[]) => T): T =>
  scope.resolve<T>(wanted as never);
