import '@mantine/core/styles.layer.css'
import './theme/theme.css'
import { MantineProvider } from '@mantine/core'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { AskProvider } from './api/ask-context.tsx'
import { KeysProvider } from './parts/keys.tsx'
import { openRouter } from './routes.tsx'
import { cssVariables, theme } from './theme/theme.ts'
import { ZoneProvider } from './time/zone.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

createRoot(root).render(
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <AskProvider>
      <KeysProvider>
        <ZoneProvider>
          <RouterProvider router={openRouter()} />
        </ZoneProvider>
      </KeysProvider>
    </AskProvider>
  </MantineProvider>,
)
