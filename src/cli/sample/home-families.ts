import type { ProductFamily } from './product-families.ts';

/** The second half of the shop: house, garden, desk, road. */
export const homeFamilies: readonly ProductFamily[] = [
  {
    slug: 'wool-blanket',
    name: 'Wool blanket, %',
    descriptions: ['Lambswool, 130 × 190 cm.', 'Woven in Røros, fringed by hand.'],
    price: [6900, 18900],
    variants:
      'granite; lichen; cloudberry; fjord; birch; raven; heather; snow; tartan; herringbone',
  },
  {
    slug: 'candle',
    name: 'Scented candle “%”',
    descriptions: ['Rapeseed wax, burns for 45 hours.', 'In a glass to keep.'],
    price: [1290, 3900],
    variants:
      'Fig; Cedar; Tomato leaf; Linen; Bergamot; Peat smoke; Forêt noire; Sauna; Rain; Beeswax',
  },
  {
    slug: 'desk-lamp',
    name: 'Desk lamp %',
    descriptions: ['Dims without a flicker, 2700 K.', 'Sprung arm, replaceable LED.'],
    price: [4900, 21900],
    variants:
      'Arc; Arc brass; Pivot; Pivot clamp; Klemm; Bauhaus 1928; Reader; Reader mini; Architekt; Lumière',
  },
  {
    slug: 'notebook',
    name: 'Notebook %',
    descriptions: ['Opens flat, 160 pages.', 'Takes a fountain pen without bleeding.'],
    price: [590, 2490],
    variants:
      'A5 dotted; A5 lined; A5 plain; A6 dotted; A6 plain; B5 lined; A4 squared; reporter; music; week on two pages',
  },
  {
    slug: 'fountain-pen',
    name: 'Fountain pen %',
    descriptions: ['Steel nib, converter included.', 'Writes at the first touch.'],
    price: [1490, 14900],
    variants:
      'EF black; F black; M black; F blue; M transparent; F brass; M aluminium; stub 1.1; for left hands; Füllhalter 1950',
  },
  {
    slug: 'bicycle-light',
    name: 'Bicycle light %',
    descriptions: ['Charges by USB-C, approved for the road.', 'Seen from 400 m.'],
    price: [1290, 8900],
    variants:
      'front 30 lux; front 60 lux; front 100 lux; rear; rear with brake light; set; dynamo front; dynamo rear; helmet; for children',
  },
  {
    slug: 'rucksack',
    name: 'Rucksack %',
    descriptions: ['Waxed cotton, roll top.', 'Carries a 15 inch laptop and lunch.'],
    price: [5900, 17900],
    variants:
      '18 l olive; 18 l black; 22 l olive; 22 l navy; 26 l black; 26 l rust; commuter; messenger; for children; weekender 35 l',
  },
  {
    slug: 'rain-jacket',
    name: 'Rain jacket %',
    descriptions: ['Taped seams, 20,000 mm.', 'Packs into its own pocket.'],
    price: [7900, 24900],
    variants:
      'XS yellow; S yellow; M yellow; L yellow; S navy; M navy; L navy; XL navy; Regenmantel M; Regenmantel L',
  },
  {
    slug: 'merino-socks',
    name: 'Merino socks, %',
    descriptions: ['Three pairs.', 'Warm when wet, dry by morning.'],
    price: [1490, 2990],
    variants:
      '36–38 grey; 36–38 red; 39–41 grey; 39–41 red; 42–44 grey; 42–44 green; 45–47 grey; knee length; for running; for boots',
  },
  {
    slug: 'seeds',
    name: 'Seeds: %',
    descriptions: ['Open pollinated, enough for ten square metres.', 'Sow from March under glass.'],
    price: [249, 690],
    variants:
      'tomato Brandywine; tomato Cœur de bœuf; kale Lacinato; radish Eiszapfen; peas Kelvedon Wonder; sunflower Velvet Queen; basil Genovese; sweet peas; beetroot Chioggia; courgette Nero di Milano',
  },
  {
    slug: 'garden-tool',
    name: 'Garden tool: %',
    descriptions: ['Forged steel, ash handle.', 'Will outlive the gardener.'],
    price: [1290, 6900],
    variants:
      'trowel; hand fork; hoe; secateurs; spade; border spade; dibber; hori hori; watering can 5 l; sickle',
  },
  {
    slug: 'board-game',
    name: 'Board game “%”',
    descriptions: ['Two to five players, an hour.', 'Rules on two pages; no dice.'],
    price: [1490, 5900],
    variants:
      'Millwheel; Hanse; Beekeepers; Night Train; Archipelago; Zwölf Mühlen; The Lock Keeper; Salt Road; Corvée; Patchwork Town',
  },
  {
    slug: 'headphones',
    name: 'Headphones %',
    descriptions: ['30 hours on a charge.', 'Every part can be had as a spare.'],
    price: [3900, 34900],
    variants:
      'One black; One white; One open; Studio 80 Ω; Studio 250 Ω; in-ear; in-ear sport; for children; bone conduction; Kabellos X',
  },
  {
    slug: 'soap',
    name: 'Soap, %',
    descriptions: ['100 g, no palm oil.', 'Cured for six weeks.'],
    price: [450, 1290],
    variants:
      'Savon de Marseille; Aleppo 20 %; lavender; oat and honey; charcoal; rosemary; shaving; goat’s milk; unscented; Kernseife',
  },
  {
    slug: 'print',
    name: 'Screen print “%”',
    descriptions: ['50 × 70 cm, edition of 200.', 'Two colours on cotton paper.'],
    price: [2900, 12900],
    variants:
      'Watermill; Herons; Night Bus; Lighthouse; Côte sauvage; Tallinn; Öresund; Kites; Allotment; Train to Łódź',
  },
];
