import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BUILT = fileURLToPath(new URL('../../web/console/dist', import.meta.url))

/** Folder of the console's built pages, if they were built. */
export function consoleFolder(): { readonly consoleDir?: string } {
  return existsSync(join(BUILT, 'index.html')) ? { consoleDir: BUILT } : {}
}
