import { Button } from '@mantine/core'
import { soleWord, useKeyWith } from '../api/use-key-with.ts'
import { searchTerm } from '../parts/attribute-text.ts'
import { useServiceFilter } from './service-filter.tsx'

/** Where one word was searched for and found in no text: a way to the attribute that has it. */
export function InAttribute({ of, q, search }: { of: 'logs' | 'spans'; q: string; search: (q: string) => void }) {
  const [service] = useServiceFilter()
  const word = soleWord(q)
  const key = useKeyWith(of, word, service)
  if (key === undefined) return null
  const term = searchTerm(key, word)
  return (
    <Button variant="filled" onClick={() => search(term)}>
      It is an attribute: search {term}
    </Button>
  )
}
