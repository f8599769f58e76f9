import type { SignedHeader } from '../contract.js'
import type { Rpc } from './rpc.js'

/** Validators on one page of an answer, the most that CometBFT gives. */
const PAGE = 100

interface CommitAnswer {
  readonly signed_header: { readonly header: object; readonly commit: object } | null
}
interface ValidatorsAnswer {
  readonly validators: readonly object[]
  readonly total: string
}

/**
 * Header, commit and validators of the engine's block at `height`, as CometBFT's RPC gives them.
 * @returns `undefined` if there is no such block, or no commit for it yet
 */
export async function signedHeaderAt(rpc: Rpc, height: number): Promise<SignedHeader | undefined> {
  const at = { height: String(height) }
  const answer = (await rpc.call('commit', at).catch(noSuchHeight)) as CommitAnswer | undefined
  if (answer?.signed_header == null) return undefined
  const validators: object[] = []
  for (let page = 1; ; page++) {
    const part = (await rpc.call('validators', {
      ...at,
      page: String(page),
      per_page: String(PAGE),
    })) as ValidatorsAnswer
    validators.push(...part.validators)
    if (validators.length >= Number(part.total) || part.validators.length === 0) break
  }
  const { header, commit } = answer.signed_header
  return { header, commit, validators }
}

function noSuchHeight(error: unknown): undefined {
  if (error instanceof Error && /height .*(must be|is not available|lowest)/i.test(error.message)) return undefined
  throw error
}
