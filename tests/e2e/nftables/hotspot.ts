import type { ChildProcess } from 'node:child_process'
import type { GatewayEvent } from '@conet/gateway'
import { createNftablesGateway, type NftablesGateway, type NftablesOptions, type Notice } from '@conet/gateway/nftables'
import {
  createLab,
  ECHO_PORT,
  greet,
  type HelperStart,
  type Lab,
  ORIGIN,
  openFlow,
} from '@conet/gateway/nftables/testing'

/** A hotspot in namespaces: devices, a gateway with its helper, and something to reach behind it. */
export interface Hotspot {
  readonly lab: Lab
  readonly agent: string
  readonly gateway: NftablesGateway
  readonly notices: Notice[]
  readonly events: GatewayEvent[]
  readonly helper: ChildProcess
  /** Lets a device through; it has said something to the gateway before, as every device has. */
  admit(client: string, more?: { forMs?: number; quota?: bigint; offer?: string; session?: string }): Promise<string>
  /** Whether a device gets a TCP connection to the origin. */
  reaches(client: string): Promise<boolean>
  /** Sends bytes to the origin and back over a new flow; rejects if none can be opened. */
  flow(client: string): ReturnType<typeof openFlow>
  dispose(): Promise<void>
}

let sessions = 0

export async function openHotspot(
  name: string,
  { helper: start, ...options }: Partial<NftablesOptions> & { helper?: HelperStart } = {},
): Promise<Hotspot> {
  const lab = createLab(name)
  await lab.echo()
  const agent = await lab.agent()
  const helper = await lab.helper(start)
  const notices: Notice[] = []
  const events: GatewayEvent[] = []
  const gateway = createNftablesGateway({
    socket: lab.socket,
    advertise: { host: '10.77.0.1', port: 8_642 },
    onNotice: notice => notices.push(notice),
    ...options,
  })
  gateway.onEvent(event => events.push(event))
  await gateway.start()
  const flow = (client: string) =>
    openFlow(agent, client, { host: client.includes(':') ? ORIGIN.six : ORIGIN.four, port: ECHO_PORT })
  return {
    ...{ lab, agent, gateway, notices, events, helper, flow },
    async admit(clientAddress, { forMs = 3_600_000, quota = 2n ** 50n, offer, session = `s${++sessions}` } = {}) {
      await greet(agent, clientAddress)
      await gateway.open({ session, until: Date.now() + forMs, quota, clientAddress, offer })
      return session
    },
    reaches: client =>
      flow(client).then(
        stream => {
          stream.destroy()
          return true
        },
        () => false,
      ),
    async dispose() {
      await gateway.stop()
      await lab.dispose()
    },
  }
}

/** Waits until something is so; the test's own time-out ends the wait. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(resolve => setTimeout(resolve, 20))
}
