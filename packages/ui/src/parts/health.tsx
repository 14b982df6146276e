import { IconAlertTriangleFilled } from '@tabler/icons-react'
import { printCount, printRatio } from './units.ts'

/** Share of errors: grey while there are none, amber with some, red with a mark from one in twenty on. */
export function ErrorRatio({ ratio, errors, requests }: { ratio: number; errors: number; requests: number }) {
  const title = `${printCount(errors)} of ${printCount(requests)} requests failed`
  if (requests === 0) return <span className="quiet">–</span>
  if (errors === 0) {
    return (
      <span className="data quiet" title={title}>
        0 %
      </span>
    )
  }
  const bad = ratio >= 0.05
  return (
    <span
      className="data"
      style={{ color: bad ? 'var(--error)' : 'var(--warn)', fontWeight: bad ? 600 : 400 }}
      title={title}
    >
      {bad && (
        <IconAlertTriangleFilled size={11} style={{ marginRight: 5, verticalAlign: -1 }} aria-label="many errors" />
      )}
      {printRatio(ratio)}
    </span>
  )
}
