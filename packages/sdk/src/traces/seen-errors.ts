/** Errors already recorded on a span, so that the spans around it do not repeat the stack. Holds none of them alive. */
export class SeenErrors {
  private readonly seen = new WeakSet<object>()

  has(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.seen.has(error)
  }

  add(error: unknown): void {
    if (typeof error === 'object' && error !== null) this.seen.add(error)
  }
}
