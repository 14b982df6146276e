import { Button, PasswordInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useDoor } from '../api/ask-context.tsx'
import styles from './token-page.module.css'

/** Asks for the token of a server that wants one. It is traded for a session cookie and kept nowhere. */
export function TokenPage() {
  const { signIn } = useDoor()
  const [token, setToken] = useState('')
  const [refused, setRefused] = useState('')
  const [waiting, setWaiting] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setWaiting(true)
    const failure = await signIn(token.trim())
    setWaiting(false)
    if (failure !== undefined) setRefused(failure.message)
  }
  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <h1>This Wakeline wants a token</h1>
        <p>
          It was started with a token, which guards its pages, its API and what is sent to it:{' '}
          <span className="data">WAKELINE_TOKEN</span> in its environment, known to whoever runs it.
        </p>
        <PasswordInput
          label="Token"
          size="sm"
          value={token}
          error={refused === '' ? null : refused}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="current-password"
          data-autofocus
          autoFocus
        />
        <Button type="submit" variant="filled" size="sm" disabled={token.trim() === ''} loading={waiting}>
          Enter
        </Button>
        <p className="quiet">This browser then gets a session cookie; the token itself is not kept.</p>
      </form>
    </main>
  )
}
