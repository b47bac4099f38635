import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The parts of the service that the page talks to while it is developed with `vite`. */
const SERVICE_PATHS = ['/v1', '/login', '/logout', '/oidc']

export default defineConfig({
  root: 'src/web',
  plugins: [react()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    // The content security policy allows files of this origin only: nothing may be inlined as data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: Object.fromEntries(SERVICE_PATHS.map((path) => [path, 'http://127.0.0.1:3000'])) },
})
