import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { PAGE_POLICY } from './headers.js'

/** Serves the console's built pages at `/`; does nothing if they were not built. */
export async function serveConsole(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) return
  await app.register(async scope => {
    // Last word over the headers that every answer of the API gets.
    scope.addHook('onSend', async (request, reply) => {
      // Built files carry the hash of their content in their names.
      const forever = request.url.startsWith('/assets/')
      reply.header('content-security-policy', PAGE_POLICY)
      reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
    })
    // Every file has its own route (no wildcard): a path outside the folder does not even exist.
    await scope.register(fastifyStatic, {
      root: folder,
      cacheControl: false,
      wildcard: false,
      decorateReply: false,
      schemaHide: true,
    })
  })
}
