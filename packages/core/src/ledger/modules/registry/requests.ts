import type { Did } from '../../../units/index.js'
import { Board } from './board.js'
import { registryParams } from './params.js'
import type { Request, RequestContent } from './types.js'

/** All live requests. */
export const requests = new Board<Request>({
  name: 'request',
  ownerOf: request => request.owner,
  unknown: 'REQUEST_UNKNOWN',
  full: 'REQUESTS_FULL',
  limit: store => registryParams.read(store).maxRequestsPerOwner,
})

/** The record of a request; members in stored order. */
export function requestRecord(id: string, version: number, owner: Did, content: RequestContent): Request {
  return { id, version, owner, ...content }
}
