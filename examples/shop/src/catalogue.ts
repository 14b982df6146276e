export type Product = { sku: string; name: string; priceCents: number; shelf: 'front' | 'basement' }

export const catalogue: readonly Product[] = [
  { sku: 'MUG-BLUE', name: 'Blue mug', priceCents: 1290, shelf: 'front' },
  { sku: 'MUG-RED', name: 'Red mug', priceCents: 1290, shelf: 'front' },
  { sku: 'LAMP-DESK', name: 'Desk lamp', priceCents: 5900, shelf: 'front' },
  { sku: 'LAMP-FLOOR', name: 'Floor lamp', priceCents: 12900, shelf: 'basement' },
  { sku: 'POSTER-MOON', name: 'Poster of the moon', priceCents: 1990, shelf: 'basement' },
  { sku: 'POSTER-SEA', name: 'Poster of the sea', priceCents: 1990, shelf: 'basement' },
  { sku: 'CHAIR-OAK', name: 'Oak chair', priceCents: 18900, shelf: 'basement' },
  { sku: 'CLOCK-WALL', name: 'Wall clock', priceCents: 4900, shelf: 'basement' },
  { sku: 'RUG-WOOL', name: 'Woollen rug', priceCents: 15900, shelf: 'basement' },
  { sku: 'SHELF-PINE', name: 'Pine shelf', priceCents: 7900, shelf: 'basement' },
  { sku: 'NOTEBOOK', name: 'Notebook, dotted', priceCents: 990, shelf: 'front' },
]
