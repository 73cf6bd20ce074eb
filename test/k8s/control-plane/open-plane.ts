import { ControlPlane } from './control-plane.ts';
import { foreignKinds } from './foreign-kinds.ts';
import { controlPlanePrograms } from './programs.ts';

/** How long the first time may take: the programs are built then. */
export const openWithinMs = 3_700_000;

/** A control plane that knows the kinds of others, too; a sentence where its programs cannot be had. */
export const openPlane = async (): Promise<ControlPlane | string> => {
  const programs = await controlPlanePrograms();
  if (typeof programs === 'string') return programs;
  const plane = await ControlPlane.start(programs);
  await plane.kubectl.apply(await foreignKinds());
  const established = ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'];
  await plane.kubectl.run(established);
  return plane;
};
