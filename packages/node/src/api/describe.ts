import { ENDPOINTS } from './endpoints/index.js'
import { addOpenApi, newApp, schemaOf } from './server.js'

/** The OpenAPI document of every endpoint, without a node behind it: what `docs/reference/openapi.json` is made from. */
export async function describeApi(version: string): Promise<object> {
  const app = newApp()
  await addOpenApi(app, version)
  for (const endpoint of ENDPOINTS) {
    app.route({
      method: endpoint.method,
      url: endpoint.path,
      schema: schemaOf(endpoint),
      handler: async () => undefined,
    })
  }
  await app.ready()
  const description = app.swagger()
  await app.close()
  return description
}
