import { afterAll, beforeAll, describe } from 'vitest'
import { gatewayContract } from '../suite.js'
import { createLab, type Lab, whyNoLab } from './testing/lab.js'
import { underTest } from './testing/under-test.js'

const missing = whyNoLab()
if (missing !== undefined) console.log(`SKIPPED: the nftables gateway in namespaces: ${missing}`)

/** Two readings at least, whose interval each channel chooses. */
const SETTLE = { netlink: 400, nft: 1_500 }

describe.runIf(missing === undefined).each(['netlink', 'nft'] as const)('by %s', channel => {
  let lab: Lab
  let agent: string
  beforeAll(async () => {
    lab = createLab('suite')
    await lab.echo()
    agent = await lab.agent()
    await lab.helper({ channel })
  })
  afterAll(() => lab.dispose())

  const create = (family: 'four' | 'six') => () => underTest(lab, agent, family, SETTLE[channel])
  gatewayContract('nftables over IPv4', create('four'))
  if (channel === 'netlink') gatewayContract('nftables over IPv6', create('six'))
})
