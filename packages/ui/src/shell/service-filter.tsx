import { Select } from '@mantine/core'
import { askServices } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../api/use-answer.ts'
import { ServiceLabel } from '../parts/labels.tsx'
import { one, type PageUrl } from '../parts/url.ts'
import { usePageSearch } from '../parts/use-page-search.ts'
import { knowServices, nameColour } from '../theme/colours.ts'
import { useTime } from '../time/time-context.tsx'
import styles from './service-filter.module.css'

const filterUrl: PageUrl<{ service: string }> = {
  parse: (raw) => ({ service: one(raw, 'service') }),
  print: ({ service }) => ({ service }),
}

/** The service the page is held to, '' for all; and a way to change it. */
export function useServiceFilter(): readonly [string, (service: string) => void] {
  const [{ service }, set] = usePageSearch(filterUrl)
  return [service, (next) => set({ service: next })]
}

/** Chooses one service or all; those with data in the time range are offered. */
export function ServiceFilter(props: { value?: string; onChange?: (service: string) => void }) {
  const [fromUrl, setUrl] = useServiceFilter()
  const value = props.value ?? fromUrl
  const { fromMs, toMs } = useTime()
  const answer = useAnswer(askServices({ fromMs, toMs }))
  const names = useMemo(() => {
    const found = answer.data?.services.map(({ service }) => service) ?? []
    if (answer.data !== undefined) knowServices(found)
    return [...new Set(value === '' ? found : [...found, value])].filter((name) => name !== '').sort()
  }, [answer.data, value])
  return (
    <Select
      className={styles.filter ?? ''}
      aria-label="Service"
      placeholder="All services"
      data={names}
      value={value === '' ? null : value}
      onChange={(service) => (props.onChange ?? setUrl)(service ?? '')}
      searchable
      clearable
      nothingFoundMessage="No such service in this time"
      leftSection={
        value === '' ? undefined : <span className={styles.swatch} style={{ background: nameColour(value) }} />
      }
      leftSectionWidth={24}
      comboboxProps={{ transitionProps: { duration: 0 }, width: 'max-content', position: 'bottom-start' }}
      renderOption={({ option }) => <ServiceLabel service={option.value} />}
    />
  )
}
