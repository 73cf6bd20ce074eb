import { hash } from 'node:crypto';

/**
 * Which member owns which partition: the same answer for everybody who knows the same members.
 *
 * Rendezvous hashing (Thaler and Ravishankar, 1998) with equal shares: pairs of partition and member
 * are taken by falling weight, and nobody gets more than an equal share. So shares differ by one at
 * most, and few partitions move when a member comes or goes.
 *
 * @returns the owner by partition; empty when there are no members
 */
export const sharePartitions = (
  partitions: readonly string[],
  members: readonly string[],
): ReadonlyMap<string, string> => {
  const owners = new Map<string, string>();
  if (members.length === 0) return owners;
  const least = Math.floor(partitions.length / members.length);
  let extras = partitions.length % members.length;
  const loads = new Map<string, number>();
  for (const { partition, member } of byWeight(partitions, members)) {
    const load = loads.get(member) ?? 0;
    const isExtra = load >= least;
    if (owners.has(partition) || load > least || (isExtra && extras === 0)) continue;
    if (isExtra) extras--;
    owners.set(partition, member);
    loads.set(member, load + 1);
  }
  return owners;
};

const byWeight = (partitions: readonly string[], members: readonly string[]) =>
  partitions
    .flatMap((partition) =>
      members.map((member) => ({
        partition,
        member,
        weight: hash('sha1', `${member} ${partition}`, 'hex'),
      })),
    )
    .sort((one, other) => (one.weight < other.weight ? 1 : -1));
