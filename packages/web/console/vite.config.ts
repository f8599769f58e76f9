import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** No inlined assets and no inline scripts: the page runs under `default-src 'none'; script-src 'self'; style-src 'self'`. */
export default defineConfig({
  plugins: [react(), tailwind()],
  // The original compiles WebAssembly when it is loaded: the policy above forbids that (docs/adr/0015-planner-pages.md).
  resolve: {
    alias: {
      '@chainsafe/persistent-merkle-tree': fileURLToPath(new URL('./src/planner/hash-into.ts', import.meta.url)),
    },
  },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The charts of the planner's pages, which load when one is opened, are one library of 680 kB.
    chunkSizeWarningLimit: 700,
  },
})
