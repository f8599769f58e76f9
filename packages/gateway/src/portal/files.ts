import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

/** One file of the page, held in memory. */
export interface PageFile {
  readonly body: Buffer
  readonly type: string
  readonly cache: string
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Reads the built page once: a few hundred kilobytes. A path that is not in the list does not exist, so that nothing outside
 * the folder can be asked for.
 *
 * @returns by path, `/` for the page itself
 */
export function readPage(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>()
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/${relative(folder, file).split(sep).join('/')}`
    // Built files carry the hash of their content in their names.
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    const type = TYPES[extname(path)] ?? 'application/octet-stream'
    files.set(path === '/index.html' ? '/' : path, { body: readFileSync(file), type, cache })
  }
  return files
}
