import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

function builtFolder(room: string): string | undefined {
  const folder = fileURLToPath(new URL(`../../web/${room}/dist`, import.meta.url))
  return existsSync(join(folder, 'index.html')) ? folder : undefined
}

/** Folders of the built pages, of the console and of the portal, as far as they were built. */
export function pageFolders(): { readonly consoleDir?: string; readonly portalDir?: string } {
  const [consoleDir, portalDir] = [builtFolder('console'), builtFolder('portal')]
  return { ...(consoleDir !== undefined && { consoleDir }), ...(portalDir !== undefined && { portalDir }) }
}

/**
 * Where the owner's console is, or how to get it: a link to pages that were not built leads nowhere.
 *
 * @param built - folder of its pages; empty if there is none
 */
export function consoleLink(url: string, adminToken: string, built = pageFolders().consoleDir ?? ''): string {
  return built === '' ? 'not built: run npm run build' : `${url}/#token=${adminToken}`
}
