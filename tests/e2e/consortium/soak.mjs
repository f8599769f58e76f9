/** `npm run soak`: runs soak.ts on the sources, as the tests do. */
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

// What runs is ended when this process exits; a signal alone would leave it behind.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

const root = fileURLToPath(new URL('../../..', import.meta.url))
const server = await createServer({
  root,
  configFile: `${root}/vitest.config.ts`,
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
  logLevel: 'error',
})
const { soak } = await server.ssrLoadModule('/tests/e2e/consortium/soak.ts')
process.exitCode = await soak(process.argv.slice(2))
await server.close()
// Ends what a failed run may have left waiting.
process.exit()
