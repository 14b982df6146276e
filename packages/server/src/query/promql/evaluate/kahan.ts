/** A sum that carries what rounding lost (Kahan, with Neumaier's improvement), as Prometheus adds. */
export class KahanSum {
  sum: number
  /** To be added to the sum at the end. */
  lost = 0

  constructor(first: number) {
    this.sum = first
  }

  add(value: number): void {
    const total = this.sum + value
    // An infinite sum has lost everything; what was carried must not turn it into NaN.
    if (total === Infinity || total === -Infinity) this.lost = 0
    else if (Math.abs(this.sum) >= Math.abs(value)) this.lost += this.sum - total + value
    else this.lost += value - total + this.sum
    this.sum = total
  }

  /** Sum and carried part, scaled. */
  scale(factor: number): void {
    this.sum *= factor
    this.lost *= factor
  }

  get total(): number {
    return this.sum + this.lost
  }
}
