import { expect, test } from 'vitest';
import { workloadsIn } from '../k8s/manifest.ts';
import { render } from '../k8s/render.ts';
import { pageText } from './markdown.ts';

test('the page on removal names every volume that stays', async (context) => {
  const page = pageText('operations/removal.md');
  const stays = workloadsIn(await render(context, 'my-shop')).flatMap(({ metadata, spec }) =>
    (spec.volumeClaimTemplates ?? []).map((claim) => ({ owner: metadata.name, claim })),
  );
  const unnamed = stays.filter(
    ({ owner, claim }) =>
      !page.includes(`delete pvc ${claim.metadata.name}-${owner}-0`) &&
      !page.includes(`delete pvc -l app.kubernetes.io/name=${owner}`),
  );

  expect(stays.map(({ owner }) => owner).sort()).toEqual(['alertmanager', 'nats', 'prometheus']);
  expect(unnamed).toEqual([]);
});
