// Runs in the namespace of the clients: opens flows for whoever asks over a unix socket.
// First line in: {"host","port","from"}; then bytes both ways. The answer `ok` comes once the flow stands.
import { chmodSync } from 'node:fs'
import { connect, createServer } from 'node:net'

const server = createServer({ allowHalfOpen: true }, asker => {
  asker.on('error', () => {})
  asker.once('data', line => {
    const { host, port, from } = JSON.parse(String(line))
    const flow = connect({ host, port, localAddress: from, timeout: 3_000 })
    // Devices look after idle flows too: so the refusal of a router is heard.
    flow.setKeepAlive(true, 1_000)
    flow.once('connect', () => {
      flow.setTimeout(0)
      asker.write('ok')
      asker.pipe(flow)
      flow.pipe(asker)
    })
    flow.once('timeout', () => flow.destroy())
    flow.on('error', () => {})
    flow.once('close', () => asker.destroy())
    asker.once('close', () => flow.destroy())
  })
})
server.listen(process.argv[2], () => {
  chmodSync(process.argv[2], 0o600)
  process.stdout.write('ready\n')
})
process.stdin.resume().once('end', () => process.exit(0))
