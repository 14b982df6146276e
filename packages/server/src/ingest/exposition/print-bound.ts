/**
 * A bucket's bound or a quantile as Prometheus 3 writes it into `le` and `quantile`, whatever the target wrote: as Go
 * prints a float the shortest way (`2.5e+06` from a million on), with a `.0` where it would look like an integer. So
 * `1` and `1.0` are one series.
 */
export function printBound(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (value !== 0 && (power < -4 || power >= 6))
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}
