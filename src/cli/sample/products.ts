import { homeFamilies } from './home-families.ts';
import { kitchenFamilies, type ProductFamily } from './product-families.ts';
import type { Random } from './random.ts';

/** What something costs. */
export interface Price {
  readonly amount: number;
  readonly currency: string;
}

/** A product of the sample's shop. */
export interface SampleProduct {
  readonly productId: string;
  readonly name: string;
  readonly description: string;
  readonly price: Price;
}

const slugOf = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** The pantry came from an older till, whose product ids are plain names with spaces. */
const productIdOf = (family: ProductFamily, variant: string): string =>
  family.slug === 'pantry' ? variant : `${family.slug}-${slugOf(variant)}`;

/** A price as shops make them: 12.90, 13.49, 14.00. */
export const shelfPrice = (least: number, most: number, random: Random): number => {
  const euros = Math.floor(random.between(least, most) / 100);
  return Math.max(least, euros * 100 + random.pick([0, 49, 50, 90, 95, 99]));
};

const importsFromSweden = new Set([
  'wool-blanket-fjord',
  'wool-blanket-cloudberry',
  'print-oresund',
]);

const productOf = (family: ProductFamily, variant: string, random: Random): SampleProduct => {
  const productId = productIdOf(family, variant);
  const amount = shelfPrice(...family.price, random);
  return {
    productId,
    name: family.name.replace('%', variant),
    description: random.chance(0.7)
      ? family.descriptions.join(' ')
      : random.pick(family.descriptions),
    price: importsFromSweden.has(productId)
      ? { amount: amount * 11, currency: 'SEK' }
      : { amount, currency: 'EUR' },
  };
};

/** Everything that the shop ever sells, family by family. */
export const makeProducts = (random: Random): readonly SampleProduct[] =>
  [...kitchenFamilies, ...homeFamilies].flatMap((family) =>
    family.variants.split('; ').map((variant) => productOf(family, variant, random)),
  );
