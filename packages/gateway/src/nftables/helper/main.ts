import { exit, stderr } from 'node:process'
import { readHelperConfig } from './config.js'
import { startHelper } from './server.js'

/** The helper as a process of its own: `node main.js <file> [netlink|nft]`. The command line of `conet` runs the same. */
const [path = '', channel] = process.argv.slice(2)
const log = (line: string) => stderr.write(`${line}\n`)

try {
  const wanted = channel === 'netlink' || channel === 'nft' ? channel : undefined
  const helper = await startHelper(readHelperConfig(path), {
    log,
    channel: wanted,
    conntrackFolder: process.env.CONET_CONNTRACK,
  })
  log(JSON.stringify({ event: 'ready', ...helper.hello }))
  const end = () => void helper.stop().then(() => exit(0))
  process.once('SIGTERM', end).once('SIGINT', end)
} catch (error) {
  log(String(error))
  exit(1)
}
