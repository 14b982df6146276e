import { toRule } from '../links.ts'
import { Link } from '../parts/link.tsx'

/** From a search to a rule that asks the same. */
export function AlertOnSearch({ signal, q }: { signal: 'logs' | 'traces'; q: string }) {
  return <Link href={toRule({ signal, q })}>Alert on this search</Link>
}
