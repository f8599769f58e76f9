import { NodeAnswer } from '../answers/index.js'
import { endpoint } from '../endpoint.js'

/** GET /v1/node: who this is and where its ledger stands. */
export const getNode = endpoint({
  method: 'GET',
  path: '/v1/node',
  summary: 'The node: its identity, ledger, gateways and clock',
  answer: NodeAnswer,
  handle: context => {
    const { lid, height, appHash, timeMs } = context.engine.info()
    const { did, name, networkType, version, gateways } = context
    return {
      lid,
      did,
      name,
      networkType,
      engine: context.engine.name,
      height,
      appHash,
      version,
      gateways,
      time: context.now(),
      ledgerTime: timeMs,
    }
  },
})
