import { hexToBytes } from '@noble/hashes/utils.js'
import { type Rejection, reject } from '../../../../errors/index.js'
import { checkPublicKey } from '../../../../identity/index.js'
import { body, did, hash, integer } from '../../../fields.js'
import { MAX_POWER } from '../../../genesis.js'
import type { Store } from '../../../store.js'
import { isLast, setPower } from '../electorate.js'
import { governanceParams } from '../params.js'
import { members, penalties, totalsOf, validators } from '../state.js'
import { subject } from './subject.js'

interface SetValidator {
  readonly owner: string
  readonly publicKey: string
  readonly power: number
}

/** `validator {owner, publicKey, power}`: a member's key orders with this power; 0 ends it. */
export const setValidator = subject<SetValidator>({
  parse: body({ owner: did, publicKey: hash, power: integer(0, MAX_POWER) }),
  rule: 'validator',
  check: (store, wanted) => cannotOrder(store, wanted) ?? cannotChange(store, wanted),
  execute(store, { owner, publicKey, power }) {
    setPower(store, publicKey, owner, power)
    return [{ type: 'governance/validator_set', owner, publicKey, power }]
  },
})

/** Whose key it is, and whether it may order at all. */
function cannotOrder(store: Store, { owner, publicKey }: SetValidator): Rejection | undefined {
  if (!totalsOf(store).ordered) return reject('NO_VALIDATORS')
  if (members.get(store, owner) === undefined) return reject('MEMBER_UNKNOWN', { member: owner })
  const key = checkPublicKey(hexToBytes(publicKey))
  if (!key.ok) return reject('KEY_REFUSED', { why: key.code })
  const known = validators.get(store, publicKey)
  if (known !== undefined && known.owner !== owner) return reject('VALIDATOR_TAKEN', { owner: known.owner })
  const penalty = penalties.get(store, publicKey)
  if (penalty?.state === 'notice') return reject('VALIDATOR_ACCUSED', { endMs: penalty.endMs })
  return penalty?.state === 'barred' ? reject('VALIDATOR_BARRED', { publicKey }) : undefined
}

function cannotChange(store: Store, { publicKey, power }: SetValidator): Rejection | undefined {
  const before = validators.get(store, publicKey)?.power
  if (before === undefined && power === 0) return reject('VALIDATOR_UNKNOWN', { publicKey })
  if (before === power) return reject('NOTHING_NEW', { power })
  if (power === 0) return isLast(store, publicKey) ? reject('LAST_VALIDATOR', { publicKey }) : undefined
  const most = governanceParams.read(store).maxValidators
  const joins = before === undefined || before === 0
  return joins && totalsOf(store).validators >= most ? reject('VALIDATORS_FULL', { most }) : undefined
}
