import { parseStack, type StackError, type StackFrame } from '@wakeline/analysis'
import { useState } from 'react'
import { CodeBlock } from '../../parts/code-block.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import styles from './errors-page.module.css'

/** A stack as its frames: those of the program, runs of others folded; or as it was sent. */
export function Stack({ text }: { text: string }) {
  const errors = parseStack(text).map((error, at) => ({ error, at }))
  const isRead = errors.some(({ error }) => error.frames.length > 0)
  const [raw, setRaw] = useState(!isRead)
  return (
    <section>
      <h3>
        Stack {isRead && <TextButton onClick={() => setRaw(!raw)}>{raw ? 'as frames' : 'as it was sent'}</TextButton>}
      </h3>
      {raw ? (
        <CodeBlock text={text} label="Copy the stack" wrap />
      ) : (
        errors.map(({ error, at }) => <Frames key={at} error={error} isCause={at > 0} />)
      )}
    </section>
  )
}

function Frames({ error, isCause }: { error: StackError; isCause: boolean }) {
  return (
    <div>
      {isCause && (
        <div className={styles.cause}>
          which came of <span className="data">{[error.type, error.message].filter(Boolean).join(': ')}</span>
        </div>
      )}
      <ol className={styles.frames}>
        {runsOf(error.frames).map((run) =>
          run.isInApp ? (
            run.frames.map((frame, index) => <Frame key={keyOf(frame, run.at + index)} frame={frame} />)
          ) : (
            <Folded key={run.at} frames={run.frames} />
          ),
        )}
      </ol>
    </div>
  )
}

type Run = { at: number; isInApp: boolean; frames: StackFrame[] }

function runsOf(frames: readonly StackFrame[]): Run[] {
  const runs: Run[] = []
  for (const [at, frame] of frames.entries()) {
    const last = runs.at(-1)
    if (last !== undefined && last.isInApp === frame.isInApp) last.frames.push(frame)
    else runs.push({ at, isInApp: frame.isInApp, frames: [frame] })
  }
  return runs
}

const keyOf = (frame: StackFrame, at: number): string =>
  `${at} ${frame.function} ${frame.file}:${frame.line}:${frame.column}`

function Frame({ frame }: { frame: StackFrame }) {
  const place = [frame.file, frame.line, frame.column].filter((part) => part !== undefined && part !== '').join(':')
  return (
    <li className={frame.isInApp ? styles.own : styles.library} title={place}>
      <span className="data">{frame.function || '(anonymous)'}</span> <span className="quiet data">{place}</span>
    </li>
  )
}

/** Frames of libraries, the run-time or the browser. */
function Folded({ frames }: { frames: StackFrame[] }) {
  const [open, setOpen] = useState(false)
  if (open) return frames.map((frame, index) => <Frame key={keyOf(frame, index)} frame={frame} />)
  return (
    <li className={styles.library}>
      <TextButton onClick={() => setOpen(true)}>
        {frames.length} {frames.length === 1 ? 'frame' : 'frames'} of libraries
      </TextButton>
    </li>
  )
}
