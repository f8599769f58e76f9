import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { PAGE_POLICY } from './headers.js'

/** Serves the console's built pages at `/`; does nothing if they were not built. */
export async function serveConsole(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) return
  await app.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    // Every file has its own route: a path outside the folder does not even exist.
    wildcard: false,
    decorateReply: false,
    schemaHide: true,
    setHeaders: (response, path) => {
      response.setHeader('content-security-policy', PAGE_POLICY)
      // Built files carry the hash of their content in their names.
      const forever = path.includes(`${join('/', 'assets', '/')}`)
      response.setHeader('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
