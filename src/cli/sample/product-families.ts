/** A kind of product: what its variants have in common. */
export interface ProductFamily {
  readonly slug: string;
  /** `%` stands for the variant. */
  readonly name: string;
  readonly descriptions: readonly string[];
  /** In cents. */
  readonly price: readonly [least: number, most: number];
  /** Set apart by semicolons. */
  readonly variants: string;
}

/** The first half of the shop: kitchen, table, larder. */
export const kitchenFamilies: readonly ProductFamily[] = [
  {
    slug: 'stoneware-mug',
    name: 'Stoneware mug, %',
    descriptions: ['Thrown by hand, holds 350 ml.', 'Dishwasher safe, glazed inside and out.'],
    price: [1190, 1990],
    variants:
      'speckled white; ink blue; moss green; rust; charcoal; oat; plum; sea grey; saffron; chalk pink',
  },
  {
    slug: 'chef-knife',
    name: 'Chef’s knife %',
    descriptions: [
      'Forged in Solingen, full tang.',
      'Holds its edge; sharpen on a stone, never in the dishwasher.',
    ],
    price: [4990, 18900],
    variants:
      '16 cm beech; 18 cm beech; 20 cm walnut; 20 cm pakka; 21 cm olive wood; 23 cm walnut; santoku 17 cm; nakiri 16 cm; gyuto 24 cm; petty 12 cm',
  },
  {
    slug: 'cast-iron-pan',
    name: 'Cast-iron pan %',
    descriptions: [
      'Seasoned with rapeseed oil, ready for the fire.',
      'For induction, oven and open fire.',
    ],
    price: [2990, 8900],
    variants:
      '16 cm; 20 cm; 24 cm; 26 cm; 28 cm; 30 cm with lid; grill 26 cm; wok 32 cm; skillet for two; crêpe 27 cm',
  },
  {
    slug: 'cocotte',
    name: 'Enamelled cocotte %',
    descriptions: ['Simmers a daube all afternoon.', 'Enamelled cast iron with a lid that bastes.'],
    price: [8900, 24900],
    variants:
      '20 cm cherry; 20 cm slate; 24 cm cherry; 24 cm slate; 24 cm crème; 26 cm ocean; 28 cm cherry; oval 29 cm; oval 33 cm; mini 10 cm',
  },
  {
    slug: 'tea',
    name: 'Loose tea: %',
    descriptions: ['125 g in a tin that closes.', 'This year’s first flush, from one garden.'],
    price: [590, 2490],
    variants:
      'Assam Hajua; Darjeeling Jungpana; Earl Grey bleu; Sencha Uji; Gyokuro; Rooibos orange; Lapsang Souchong; Māori mānuka blend; Peppermint; Thé à la menthe',
  },
  {
    slug: 'coffee',
    name: 'Coffee beans, %',
    descriptions: ['Roasted on Tuesdays, 500 g.', 'Notes of stone fruit and dark chocolate.'],
    price: [990, 2290],
    variants:
      'Yirgacheffe; Huehuetenango; Sumatra Mandheling; Bourbon Santos; house espresso; decaf Caño Dulce; Kenya AA; Nariño; Costa Rica Tarrazú; Monsooned Malabar',
  },
  {
    slug: 'olive-oil',
    name: 'Olive oil %',
    descriptions: [
      'Cold pressed within four hours of the harvest, 500 ml.',
      'Grassy, with a peppery finish.',
    ],
    price: [890, 3490],
    variants:
      'Koroneiki; Arbequina; Picual; Frantoio; Nocellara; Taggiasca; Cornicabra; unfiltered; lemon pressed; early harvest',
  },
  {
    slug: 'chocolate',
    name: 'Chocolate %',
    descriptions: ['70 g, stone ground.', 'Bean to bar; the maker is named on the wrapper.'],
    price: [390, 990],
    variants:
      '70 % Madagascar; 72 % Perú; 85 % Ecuador; 100 % Tanzania; milk with sea salt; white with vanilla; orange peel; caramelised hazelnut; smoked almond; Åland sea buckthorn',
  },
  {
    slug: 'honey',
    name: 'Honey, %',
    descriptions: ['Cold stirred, 250 g.', 'From hives that stay where they are all year.'],
    price: [490, 1890],
    variants:
      'acacia; lime blossom; heather; chestnut; wildflower; pine; rapeseed, creamed; thyme; buckwheat; in the comb',
  },
  {
    slug: 'spice',
    name: 'Spice tin: %',
    descriptions: ['Whole, so that it keeps; grind it fresh.', '60 g, refillable.'],
    price: [350, 1450],
    variants:
      'Tellicherry pepper; smoked paprika; cumin; green cardamom; Ceylon cinnamon; saffron threads; sumac; za’atar; piment d’Espelette; juniper',
  },
  {
    slug: 'bread-knife',
    name: 'Bread board and knife, %',
    descriptions: ['Oiled end grain; the knife is serrated.', 'A set that lives on the table.'],
    price: [3490, 7900],
    variants: 'oak; beech; walnut; cherry; ash; maple; elm; larch; smørrebrød size; travel size',
  },
  {
    slug: 'storage-jar',
    name: 'Storage jar %',
    descriptions: ['Borosilicate glass with a cork lid.', 'Stacks; the lid seals.'],
    price: [690, 2290],
    variants:
      '250 ml; 500 ml; 750 ml; 1 l; 1.5 l; 2 l; 3 l; set of three; for spaghetti; for flour',
  },
  {
    slug: 'dinner-plate',
    name: 'Dinner plate, %',
    descriptions: ['Porcelain, 27 cm.', 'A wide rim, and it stacks.'],
    price: [1490, 3290],
    variants:
      'white; celadon; cobalt rim; gold rim; matt black; sand; fish motif; azulejo; rose; terracotta',
  },
  {
    slug: 'linen-towel',
    name: 'Kitchen towel, % linen',
    descriptions: ['Dries glasses without lint.', 'Woven in Lithuania, 50 × 70 cm.'],
    price: [990, 1890],
    variants: 'natural; striped; checked; indigo; olive; brick; mustard; half; waffle; herringbone',
  },
  {
    slug: 'pantry',
    name: 'Pantry: %',
    descriptions: ['Something to have in the house.', 'Organic where it can be.'],
    price: [190, 890],
    variants:
      'whole milk 1 l; oat drink 1 l; sourdough loaf; free-range eggs; spaghetti n. 5; San Marzano tomatoes; chickpeas; basmati rice; sea salt flakes; cornichons',
  },
];
