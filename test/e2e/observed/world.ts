import type { TestContext } from 'vitest';
import type { ServiceLevel } from '../../../k8s/observability/service-levels.ts';
import { Cleanup } from '../../faults/world/cleanup.ts';
import { AlertReceiver } from '../../observability/alert-receiver.ts';
import { Alertmanager } from '../../observability/alertmanager.ts';
import { soon } from '../../support/soon.ts';
import { ObservedShop } from './observed-shop.ts';
import { Prometheus } from './prometheus.ts';

/** The real shop with a real Prometheus and Alertmanager, and a pager. */
export interface ObservedWorld extends AsyncDisposable {
  readonly shop: ObservedShop;
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
  readonly pager: AlertReceiver;
}

/** Levels for a time that runs faster: who waits for some seconds has waited for long. */
const levels: readonly ServiceLevel[] = ['user', 'product', 'cart'].map((service) => ({
  service,
  freshness: { withinSeconds: 5, objective: 0.99 },
  success: { objective: 0.999 },
  overdueSeconds: 10,
}));

/** Starts everything; resolves when Prometheus has seen every process. */
export const openWorld = async (
  context: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<ObservedWorld> => {
  const opened = new Cleanup();
  try {
    return await build(context, environment, opened);
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
};

const build = async (
  context: TestContext,
  environment: Readonly<Record<string, string>>,
  opened: Cleanup,
): Promise<ObservedWorld> => {
  const pager = opened.use(await AlertReceiver.listen());
  const alertmanager = opened.use(await Alertmanager.start(context, pager.url));
  const shop = opened.use(
    await ObservedShop.start({ environment: { OBSERVE_EVERY_MS: '1000', ...environment } }),
  );
  const prometheus = opened.use(
    await Prometheus.start(context, {
      targets: shop.targets,
      alertmanager: alertmanager.url.slice('http://'.length),
      levels,
    }),
  );
  await soon(async () => {
    const seen = await prometheus.valueOf('count(millrace_build_info)');
    if (seen !== shop.targets.length) throw new Error(`Prometheus sees ${seen} processes`);
  }, 20_000);
  const end = () => opened[Symbol.asyncDispose]();
  return { shop, prometheus, alertmanager, pager, [Symbol.asyncDispose]: end };
};
