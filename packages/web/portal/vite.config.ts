import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** As the console: no inlined assets, no inline scripts. Icon and theme script are the console's own files. */
export default defineConfig({
  plugins: [react(), tailwind()],
  publicDir: '../console/public',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
})
