import { createNftablesGateway } from '@conet/gateway/nftables'

/** A node's gateway in a process of its own, to be killed: `node node.js <socket> <client> <milliseconds>`. */
const [socket = '', clientAddress = '', forMs = '0'] = process.argv.slice(2)
const gateway = createNftablesGateway({ socket, advertise: { host: '10.77.0.1', port: 8_642 } })
await gateway.start()
const until = Date.now() + Number(forMs)
await gateway.open({ session: 'cut', until, quota: 2n ** 50n, clientAddress })
// The paid end on the clock that every process of the machine shares.
process.stdout.write(`${Number(process.hrtime.bigint()) / 1e6 + (until - Date.now())}\n`)
setInterval(() => {}, 1_000)
