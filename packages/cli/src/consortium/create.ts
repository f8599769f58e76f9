import { existsSync, writeFileSync } from 'node:fs'
import { genesisHash, nodePorts } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import { type Genesis, parseGenesis } from '@conet/core/ledger'
import type { CommandContext } from '../command.js'
import { EXIT } from '../exit.js'
import { parseCredits } from '../output.js'
import { type Description, readDescription, readJson } from './description.js'

/** `create --member <file>… [--add-to <file>]`: one genesis for all of them. Everybody must start from the same bytes, hence the hash. */
export function create(
  context: CommandContext,
  _rest: readonly string[],
  options: Readonly<Record<string, unknown>>,
): number {
  const described = (options.member as readonly string[]).map(readDescription)
  if (described.length === 0)
    throw new ConetError('USAGE', 'create needs the descriptions of the founders: --member <file>')
  const path = String(options.out)
  const credits = parseCredits(String(options.credits))
  const base =
    options.addTo === undefined ? empty(described) : parseGenesis(readJson(String(options.addTo), 'GENESIS_MALFORMED'))
  const genesis = withMembers(base, described, credits)
  if (existsSync(path) && options.addTo !== path)
    throw new ConetError(
      'GENESIS_EXISTS',
      `${path} is there already: name another file with --out, or add to it with --add-to`,
    )
  writeFileSync(path, `${JSON.stringify(genesis, undefined, 2)}\n`)
  const hash = genesisHash(genesis, nodePorts.sha256)
  const validators = genesis.validators?.length ?? 0
  context.out.result({ ok: true, genesis: path, hash, lid: genesis.lid, validators, members: described.length }, () =>
    [
      `genesis   ${path} of ledger ${genesis.lid}: ${validators} validators`,
      `hash      ${hash}`,
      'Every founder compares the hash, then joins with',
      `  conet consortium join ${path} --hash ${hash}`,
    ].join('\n'),
  )
  return EXIT.ok
}

function empty([first]: readonly Description[]): Genesis {
  const issuer = first?.owner ?? ''
  return { lid: first?.lid ?? '', timeMs: Date.now(), assets: [{ id: 'credit', issuer, decimals: 6 }], accounts: [] }
}

/** @throws ConetError `LEDGER_WRONG`, `MEMBER_TWICE`, `GENESIS_MALFORMED` */
function withMembers(base: Genesis, described: readonly Description[], credits: bigint): Genesis {
  const owners = new Set([...(base.validators ?? []).map(one => one.owner), ...(base.members ?? [])])
  for (const { lid, owner, name } of described) {
    if (lid !== base.lid)
      throw new ConetError(
        'LEDGER_WRONG',
        `${name} described itself for ledger ${lid}, this is ${base.lid}: let it describe itself again`,
      )
    if (owners.has(owner)) throw new ConetError('MEMBER_TWICE', `${name} (${owner}) is in it twice`)
    owners.add(owner)
  }
  const validators = described.flatMap(({ owner, publicKey, power }) =>
    publicKey === undefined || power === undefined ? [] : [{ owner, publicKey, power }],
  )
  const others = described.filter(({ publicKey }) => publicKey === undefined).map(({ owner }) => owner)
  const funded =
    credits === 0n ? [] : described.map(({ owner }) => ({ owner, asset: 'credit', amount: credits.toString() }))
  const all = { validators: [...(base.validators ?? []), ...validators], members: [...(base.members ?? []), ...others] }
  return parseGenesis({
    ...base,
    accounts: [...base.accounts, ...funded],
    ...(all.validators.length > 0 && { validators: all.validators }),
    ...(all.members.length > 0 && { members: all.members }),
  })
}
