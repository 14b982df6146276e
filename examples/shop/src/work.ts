/** Stand-ins for what a real service waits for. */

export function pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)]
  if (item === undefined) throw new Error('Cannot pick from nothing')
  return item
}

/** Waits about `typicalMs`, with the long tail that real waits have. */
export function wait(typicalMs: number): Promise<void> {
  const spread = Math.exp((Math.random() + Math.random() + Math.random() - 1.5) * 0.9)
  return new Promise((resolve) => setTimeout(resolve, typicalMs * spread))
}
