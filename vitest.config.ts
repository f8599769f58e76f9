import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Tests run on the sources: `@conet/core/wire` is `packages/core/src/wire/index.ts`. Worker threads run from `dist`. */
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^@conet\/(core|engines|gateway|client|node|sim|cli)\/(.+)$/,
        replacement: source('packages/$1/src/$2/index.ts'),
      },
      { find: /^@conet\/(core|engines|gateway|client|node|sim|cli)$/, replacement: source('packages/$1/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/web/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: [source('tests/setup.ts')],
    // Programs start in seconds on an idle machine and in half a minute on a busy one; only what hangs should be stopped.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
