import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** No inlined assets and no inline scripts: the page runs under `default-src 'none'; script-src 'self'; style-src 'self'`. */
export default defineConfig({
  plugins: [react(), tailwind()],
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
})
