import { Button, Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import styles from './answer.module.css'

/** Where the answer to a question stands. `api/use-answer.ts` makes them. */
export type AnswerState<Data> = {
  data: Data | undefined
  error: Error | undefined
  waiting: boolean
  /** `data` answers the question before this one. */
  old: boolean
  cancel: () => void
  retry: () => void
}

/**
 * Shows an answer in whatever state it is: a skeleton on the first load only, then the old answer dimmed under a
 * progress line with a cancel, an error where the answer would be, and the page's own words where there is nothing.
 * `fill` lets the answer take the height that is left.
 */
export function Answer<Data>(props: {
  of: AnswerState<Data>
  children: (data: Data) => ReactNode
  skeleton?: ReactNode
  empty?: (data: Data) => ReactNode | undefined
  fill?: boolean
}) {
  const { of: state, children, skeleton, empty, fill } = props
  const { data, error, waiting, old } = state
  const stopped = old && !waiting && error === undefined
  return (
    <div className={fill ? `${styles.answer} ${styles.fill}` : styles.answer} aria-busy={waiting}>
      {waiting && data !== undefined && <Progress cancel={state.cancel} />}
      {error !== undefined && <ErrorNote error={error} retry={state.retry} withOld={data !== undefined} />}
      {stopped && <StoppedNote retry={state.retry} />}
      {data === undefined &&
        error === undefined &&
        (waiting ? (skeleton ?? <SkeletonRows />) : <StoppedNote retry={state.retry} />)}
      {data !== undefined && (
        <div
          className={[styles.body, fill && styles.fillBody, (old || error !== undefined) && styles.old]
            .filter(Boolean)
            .join(' ')}
        >
          {empty?.(data) ?? children(data)}
        </div>
      )}
    </div>
  )
}

/** A thin moving line with a cancel, shown once the wait is long enough to notice. */
export function Progress({ cancel }: { cancel?: () => void }) {
  return (
    <div className={styles.progress} role="status" aria-label="Waiting for the answer">
      <div className={styles.line} />
      {cancel && (
        <Button className={styles.cancel ?? ''} size="compact-xs" onClick={cancel}>
          Cancel
        </Button>
      )}
    </div>
  )
}

export function SkeletonRows({ rows = 8, height = 18 }: { rows?: number; height?: number }) {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
        <Skeleton key={row} height={height} width={`${96 - ((row * 37) % 23)}%`} radius={3} />
      ))}
    </div>
  )
}

/** What went wrong and what to do, where the answer would be. */
export function ErrorNote({ error, retry, withOld }: { error: Error; retry?: () => void; withOld?: boolean }) {
  return (
    <div className={styles.note} role="alert">
      <IconAlertTriangle size={18} className={styles.errorIcon} aria-hidden />
      <div>
        <div className={styles.sentence}>{error.message}</div>
        <div className={styles.advice}>
          {advice(error)}
          {withOld === true && ' What is shown below is the answer before.'}
        </div>
      </div>
      {retry && (
        <Button onClick={retry} leftSection={<IconRefresh size={14} />}>
          Try again
        </Button>
      )}
    </div>
  )
}

function StoppedNote({ retry }: { retry: () => void }) {
  return (
    <div className={styles.note}>
      <div className={styles.advice}>Stopped before the answer came.</div>
      <Button onClick={retry}>Ask again</Button>
    </div>
  )
}

function advice(error: Error): string {
  const status = 'status' in error && typeof error.status === 'number' ? error.status : -1
  if (status === 0)
    return 'Check that “wakeline serve” is running and reachable from here; this page goes on by itself when it is back.'
  if (status === 404) return 'It may be older than what is kept, or not stored yet: fresh data takes about a second.'
  if (status === 400) return 'Correct what was asked and run it again.'
  if (status === 429 || status === 503)
    return 'The server has too much to do. Try again in a moment, or over a shorter time.'
  if (status === 408 || status === 504 || status === 413 || status === 422)
    return 'Try a shorter time range or a narrower search.'
  return 'If trying again does not help, “wakeline doctor” on the server says more.'
}
