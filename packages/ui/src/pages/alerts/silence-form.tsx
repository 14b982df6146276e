import { Button, Modal, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import { Choice } from '../../parts/choice.tsx'
import { useStored } from '../../parts/use-stored.ts'
import styles from './silences.module.css'

const hourMs = 3_600_000
const durations = [
  { value: '1h', title: '1 hour', ms: hourMs },
  { value: '4h', title: '4 hours', ms: 4 * hourMs },
  { value: '1d', title: '1 day', ms: 24 * hourMs },
  { value: '7d', title: '7 days', ms: 7 * 24 * hourMs },
] as const
type Duration = (typeof durations)[number]['value']

const isText = (value: unknown): value is string => typeof value === 'string'

/** Silences alerts that have all of some labels; those of the alert it was opened for are there to choose from. */
export function SilenceForm(props: {
  labels: Readonly<Record<string, string>>
  onDone: () => void
  onClose: () => void
}) {
  const { ask } = useDoor()
  const names = Object.keys(props.labels).sort()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(names))
  const [duration, setDuration] = useState<Duration>('4h')
  const [comment, setComment] = useState('')
  const [author, setAuthor] = useStored('silence-author', '', isText)
  const [refused, setRefused] = useState('')
  const [waiting, setWaiting] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setWaiting(true)
    const failure = await ask.send('POST', '/alertmanager/api/v2/silences', {
      matchers: names
        .filter((name) => chosen.has(name))
        .map((name) => ({ name, value: props.labels[name], isRegex: false, isEqual: true })),
      ...timesOf(duration),
      createdBy: author.trim(),
      comment: comment.trim(),
    })
    setWaiting(false)
    if (failure === undefined) props.onDone()
    else setRefused(failure.message)
  }
  const toggle = (name: string) => {
    const next = new Set(chosen)
    if (!next.delete(name)) next.add(name)
    setChosen(next)
  }
  return (
    <Modal opened onClose={props.onClose} title="Silence" size={560} centered>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <fieldset className={styles.matchers}>
          <legend>Alerts that have all of these are told to nobody</legend>
          {names.map((name) => (
            <label key={name} className="data">
              <input type="checkbox" checked={chosen.has(name)} onChange={() => toggle(name)} />
              <span className="quiet">{name}=</span>
              {props.labels[name]}
            </label>
          ))}
        </fieldset>
        <Choice label="For how long" value={duration} options={durations} onChange={setDuration} />
        <TextInput
          label="Why"
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput label="Who" value={author} onChange={(event) => setAuthor(event.currentTarget.value)} />
        {refused !== '' && <div className={styles.refused}>{refused}</div>}
        <Button
          type="submit"
          variant="filled"
          size="sm"
          loading={waiting}
          disabled={chosen.size === 0 || comment.trim() === '' || author.trim() === ''}
        >
          Silence
        </Button>
      </form>
    </Modal>
  )
}

function timesOf(duration: Duration): { startsAt: string; endsAt: string } {
  const nowMs = Date.now()
  const ms = durations.find(({ value }) => value === duration)?.ms ?? hourMs
  return { startsAt: new Date(nowMs).toISOString(), endsAt: new Date(nowMs + ms).toISOString() }
}
