import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { useKeys } from '../parts/keys.tsx'
import { useStored } from '../parts/use-stored.ts'

/** Whose clock times are written by: the viewer's, or the one that servers and colleagues elsewhere share. */
export type Zone = 'local' | 'utc'

type ZoneChoice = { zone: Zone; setZone: (zone: Zone) => void }

const ZoneContext = createContext<ZoneChoice>({ zone: 'local', setZone: () => undefined })

/** Remembered in this browser. Links say their times in UTC, so who opens one sees the same range by a clock of their own. */
export function ZoneProvider({ children }: { children: ReactNode }) {
  const [zone, setZone] = useStored<Zone>('zone', 'local', isZone)
  const choice = useMemo(() => ({ zone, setZone }), [zone, setZone])
  const other = zone === 'utc' ? 'local' : 'utc'
  useKeys('Clock', [{ keys: 'u', says: 'Times in UTC, or by your clock', run: () => setZone(other) }])
  return <ZoneContext value={choice}>{children}</ZoneContext>
}

export function useZone(): Zone {
  return useContext(ZoneContext).zone
}

export function useZoneChoice(): ZoneChoice {
  return useContext(ZoneContext)
}

function isZone(value: unknown): value is Zone {
  return value === 'local' || value === 'utc'
}
