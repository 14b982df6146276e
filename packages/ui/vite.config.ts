import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `vite dev` finds a running server; the built UI is served by the server itself. */
const apiUrl = process.env['WAKELINE_API'] ?? 'http://127.0.0.1:9253'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  resolve: { conditions: ['wakeline-source', 'module', 'browser', 'development|production'] },
  server: { host: '127.0.0.1', proxy: { '/api': apiUrl, '/prometheus': apiUrl } },
  build: {
    outDir: fileURLToPath(new URL('../server/dist/ui', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // Under the server's content security policy nothing may come from a data: URL or an inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // React, the router and Mantine together: every page needs them.
    chunkSizeWarningLimit: 640,
  },
})
