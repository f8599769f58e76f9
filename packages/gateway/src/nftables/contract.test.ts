import { afterAll, beforeAll, describe } from 'vitest'
import { gatewayContract } from '../suite.js'
import { createLab, type Lab, whyNoLab } from './testing/lab.js'
import { underTest } from './testing/under-test.js'

const missing = whyNoLab()
if (missing !== undefined) console.log(`SKIPPED: the nftables gateway in namespaces: ${missing}`)

describe.runIf(missing === undefined)('nftables', () => {
  let lab: Lab
  let agent: string
  beforeAll(async () => {
    lab = createLab('suite')
    await lab.echo()
    agent = await lab.agent()
    await lab.helper()
  })
  afterAll(() => lab.dispose())

  gatewayContract('nftables over IPv4', () => underTest(lab, agent, 'four'))
  gatewayContract('nftables over IPv6', () => underTest(lab, agent, 'six'))
})
