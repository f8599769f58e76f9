import { connect } from 'node:net'
import type { AccessPoint } from '@conet/core/rounds'
import { systemClock } from '../../clock.js'
import type { Admission, Gateway } from '../../contract.js'
import type { GatewayUnderTest } from '../../suite.js'
import { createNftablesGateway, type NftablesGateway } from '../gateway.js'
import type { Notice } from '../notice.js'
import { CLIENT, CLIENTS, ECHO_PORT, GATEWAY, type Lab, ORIGIN } from './lab.js'

/** The same gateway, but each session opened without an address is given to the next client of the network. */
export interface ForClients {
  readonly gateway: Gateway
  /** The client that a grant belongs to. */
  clientOf(access: AccessPoint): string
}

let next = 0

/** An address of the clients' namespace that no session of this run has used lately. */
export function nextClient(family: 'four' | 'six' = 'four'): string {
  next = (next + 1) % CLIENTS
  return CLIENT[family](next)
}

/** Does what every device does before it gets a grant: it says something to the gateway, which so learns where it is. */
export async function greet(agent: string, from: string): Promise<void> {
  const host = from.includes(':') ? GATEWAY.six : GATEWAY.four
  await openFlow(agent, from, { host, port: 9 }).catch(() => undefined)
}

export function forClients(inner: NftablesGateway, agent: string, family: 'four' | 'six'): ForClients {
  const clients = new Map<string, string>()
  const open = async (admission: Admission) => {
    const clientAddress = admission.clientAddress ?? nextClient(family)
    await greet(agent, clientAddress)
    const access = await inner.open({ ...admission, clientAddress })
    clients.set(access.password, clientAddress)
    return access
  }
  const gateway = new Proxy<Gateway>(inner, {
    get: (target, name) => {
      if (name === 'open') return open
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { gateway, clientOf: ({ password }) => clients.get(password) ?? '' }
}

/** Opens a flow from a client's address to a service; rejects if it does not stand within 3 seconds. */
export function openFlow(agent: string, from: string, to: { host: string; port: number }) {
  return new Promise<ReturnType<typeof connect>>((resolve, reject) => {
    const flow = connect({ path: agent, allowHalfOpen: true })
    flow.on('error', () => {})
    flow.write(`${JSON.stringify({ ...to, from })}\n`)
    flow.once('data', () => {
      flow.removeAllListeners('end').pause()
      resolve(flow)
    })
    flow.once('end', () => {
      flow.destroy()
      reject(new Error(`no flow from ${from} to ${to.host}:${to.port}`))
    })
  })
}

/** A gateway as the shared suite wants it, over one address family. */
export async function underTest(
  lab: Lab,
  agent: string,
  family: 'four' | 'six',
  settleMs = 200,
  onNotice?: (notice: Notice) => void,
): Promise<GatewayUnderTest> {
  const advertise = { host: '10.77.0.1', port: 8_642 }
  const inner = createNftablesGateway({ socket: lab.socket, advertise, ...(onNotice && { onNotice }) })
  await inner.start()
  const { gateway, clientOf } = forClients(inner, agent, family)
  return {
    gateway,
    clock: systemClock,
    countsFlows: false,
    reach: access => openFlow(agent, clientOf(access), { host: ORIGIN[family], port: ECHO_PORT }),
    settle: () => new Promise(resolve => setTimeout(resolve, settleMs)),
    dispose: () => gateway.stop(),
  }
}
