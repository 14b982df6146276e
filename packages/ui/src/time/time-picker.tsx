import { ActionIcon, Button, Menu, Popover, TextInput } from '@mantine/core'
import {
  IconCheck,
  IconChevronDown,
  IconChevronLeft,
  IconChevronRight,
  IconClock,
  IconRefresh,
  IconZoomOut,
} from '@tabler/icons-react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Choice } from '../parts/choice.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { useKeys } from '../parts/keys.tsx'
import { fixedLink } from './fixed-link.ts'
import { printBetween, printDateTime, printSpanWords, printUtc } from './format.ts'
import { between, parseSpanText, parseTimeText, printSpanText, quickRanges, shiftRange, zoomOut } from './range.ts'
import { printRefresh, refreshChoicesSeconds } from './refresh.ts'
import { type Time, useTime } from './time-context.tsx'
import styles from './time-picker.module.css'
import { useZone, useZoneChoice, type Zone } from './zone.tsx'

/** The time range of the page: quick ranges, exact times, earlier, later, wider, and how often to ask again. */
export function TimePicker() {
  const time = useTime()
  const zone = useZone()
  const [open, setOpen] = useState(false)
  const { range, fromMs, toMs } = time
  const moves = {
    earlier: () => time.setRange(shiftRange(range, -1, Date.now())),
    later: () => time.setRange(shiftRange(range, 1, Date.now())),
    wider: () => time.setRange(zoomOut(range, Date.now())),
  }
  useKeys('Time', [
    { keys: 't', says: 'Choose a time range', run: () => setOpen(true) },
    { keys: '[', says: 'Earlier', run: moves.earlier },
    { keys: ']', says: 'Later', run: moves.later },
    { keys: '-', says: 'Wider', run: moves.wider },
    { keys: 'r', says: 'Refresh', run: time.refresh },
  ])
  const words =
    range.kind === 'last'
      ? `Last ${printSpanWords(printSpanText(range.durationMs))}`
      : printBetween({ fromMs, toMs }, Date.now(), zone)
  return (
    <div className={styles.picker}>
      <div className={styles.group}>
        <ActionIcon className={styles.move ?? ''} aria-label="Earlier" title="Earlier ( [ )" onClick={moves.earlier}>
          <IconChevronLeft size={15} />
        </ActionIcon>
        <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus>
          <Popover.Target>
            <button
              type="button"
              className={styles.range}
              title={`${printUtc(fromMs)}\n${printUtc(toMs)}`}
              onClick={() => setOpen(!open)}
              aria-haspopup="dialog"
              aria-expanded={open}
            >
              <IconClock size={14} aria-hidden />
              <span className="figures cut">{words}</span>
              {zone === 'utc' && <span className={styles.zone}>UTC</span>}
              <IconChevronDown size={13} aria-hidden />
            </button>
          </Popover.Target>
          <Popover.Dropdown className={styles.dropdown ?? ''} p={0}>
            <Choices time={time} close={() => setOpen(false)} />
          </Popover.Dropdown>
        </Popover>
        <ActionIcon
          className={styles.move ?? ''}
          aria-label="Later"
          title="Later ( ] )"
          onClick={moves.later}
          disabled={range.kind === 'last'}
        >
          <IconChevronRight size={15} />
        </ActionIcon>
        <ActionIcon className={styles.move ?? ''} aria-label="Wider" title="Wider ( - )" onClick={moves.wider}>
          <IconZoomOut size={15} />
        </ActionIcon>
      </div>
      <RefreshPicker time={time} />
      <LinkButton time={time} />
    </div>
  )
}

function LinkButton({ time: { fromMs, toMs } }: { time: Time }) {
  const box = useRef<HTMLDivElement>(null)
  const link = () => fixedLink(globalThis.location.href, { fromMs, toMs })
  useKeys('Link', [
    { keys: 'y', says: 'Copy a link to just this time', run: () => box.current?.querySelector('button')?.click() },
  ])
  return (
    <div className={styles.group} ref={box}>
      <CopyButton of="link" size={28} text={link} label="Copy a link to just this time ( y )" />
    </div>
  )
}

function Choices({ time, close }: { time: Time; close: () => void }) {
  const present = time.range.kind === 'last' ? time.range.durationMs : undefined
  return (
    <div className={styles.choices}>
      <ExactTimes time={time} close={close} />
      <div className={styles.quick}>
        {quickRanges.map((text) => {
          const durationMs = parseSpanText(text) ?? 0
          return (
            <button
              key={text}
              type="button"
              className={durationMs === present ? `${styles.choice} ${styles.chosen}` : styles.choice}
              onClick={() => {
                time.setRange({ kind: 'last', durationMs })
                close()
              }}
            >
              Last {printSpanWords(text)}
            </button>
          )
        })}
      </div>
    </div>
  )
}

function ExactTimes({ time, close }: { time: Time; close: () => void }) {
  const zone = useZone()
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [refused, setRefused] = useState<{ from?: string; to?: string }>({})
  useEffect(() => {
    setFrom(printDateTime(time.fromMs, zone))
    setTo(printDateTime(time.toMs, zone))
  }, [time.fromMs, time.toMs, zone])
  const apply = (event: FormEvent) => {
    event.preventDefault()
    const nowMs = Date.now()
    const span = /^now\s*-\s*(.+)$/i.exec(from.trim())?.[1]
    const durationMs = to.trim().toLowerCase() === 'now' && span !== undefined ? parseSpanText(span) : undefined
    const fromMs = parseTimeText(from, nowMs, zone)
    const toMs = parseTimeText(to, nowMs, zone)
    if (fromMs === undefined || toMs === undefined) {
      return setRefused({
        ...(fromMs === undefined && { from: notATime }),
        ...(toMs === undefined && { to: notATime }),
      })
    }
    if (fromMs >= toMs) return setRefused({ to: 'Must be later than “from”' })
    time.setRange(durationMs === undefined ? between(fromMs, toMs) : { kind: 'last', durationMs })
    close()
  }
  return (
    <form className={styles.exact} onSubmit={apply}>
      <h2>Exact times</h2>
      <TextInput
        label="From"
        value={from}
        error={refused.from}
        onChange={(event) => setFrom(event.currentTarget.value)}
        styles={mono}
        data-autofocus
      />
      <TextInput
        label="To"
        value={to}
        error={refused.to}
        onChange={(event) => setTo(event.currentTarget.value)}
        styles={mono}
      />
      <Button type="submit" variant="filled">
        Apply
      </Button>
      <div className={styles.hint}>
        Also: 14:05, now-90m, 2026-01-31, RFC 3339 or Unix times. Your zone is{' '}
        {Intl.DateTimeFormat().resolvedOptions().timeZone}.
      </div>
      <ZoneSwitch />
    </form>
  )
}

/** By whose clock all of the pages tell times. */
function ZoneSwitch() {
  const { zone, setZone } = useZoneChoice()
  return (
    <div className={styles.zones}>
      <span>Times in</span>
      <Choice label="Show times in" value={zone} options={zones} onChange={setZone} />
    </div>
  )
}

const zones: readonly { value: Zone; title: string }[] = [
  { value: 'local', title: 'Your zone' },
  { value: 'utc', title: 'UTC' },
]

const notATime = 'Not a time I can read'
const mono = { input: { fontFamily: 'var(--mono)' } }

function RefreshPicker({ time }: { time: Time }) {
  const fixed = time.range.kind === 'between'
  const every = fixed ? 0 : time.refreshSeconds
  return (
    <div className={styles.group}>
      <ActionIcon aria-label="Refresh" title="Refresh ( r )" onClick={time.refresh} disabled={fixed}>
        <IconRefresh size={15} />
      </ActionIcon>
      <Menu position="bottom-end">
        <Menu.Target>
          <button
            type="button"
            className={styles.refresh}
            title={fixed ? 'A fixed range does not move' : 'How often to ask again'}
            disabled={fixed}
            aria-label={`How often to ask again: ${every === 0 ? 'off' : printRefresh(every)}`}
          >
            <span className="figures">{every === 0 ? 'off' : printRefresh(every)}</span>
            <IconChevronDown size={12} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {refreshChoicesSeconds.map((seconds) => (
            <Menu.Item
              key={seconds}
              onClick={() => time.setRefreshSeconds(seconds)}
              rightSection={seconds === every ? <IconCheck size={13} /> : null}
            >
              {seconds === 0 ? 'Off' : `Every ${printSpanWords(printRefresh(seconds)).replace(/^1 /, '')}`}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
