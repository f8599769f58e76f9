import { ok, type Result } from '../../../errors/index.js'
import type { DidCode } from '../../codes.js'
import { refuseKeys, refuseRepeats, refuseServices, refuseStranger } from './checks.js'
import { conetDid } from './name.js'
import type { DidState, Inception, OperationContext } from './types.js'

/**
 * Makes version 1 of a DID (IDN-21).
 *
 * @param lid - id of the ledger it lives on
 * @returns codes `KEY_REFUSED`, `KEY_REPEATED`, `SERVICE_REPEATED`, `NOT_KEY_HOLDER`
 */
export function incept(lid: string, inception: Inception, context: OperationContext): Result<DidState, DidCode> {
  const { keys, next, services, controller } = inception
  const refusal =
    refuseKeys(keys) ?? refuseRepeats(next) ?? refuseServices(services) ?? refuseStranger(keys, context.signer)
  if (refusal !== undefined) return refusal
  return ok({
    did: conetDid(lid, inception),
    version: 1,
    keys,
    next,
    services,
    ...(controller === undefined ? {} : { controller }),
    createdMs: context.timeMs,
    updatedMs: context.timeMs,
    deactivated: false,
  })
}
