import { systemClock } from '../clock.js'
import { gatewayContract } from '../suite.js'
import { httpTunnel, localGateway, serveEcho, socksByName, socksTunnel } from './harness.js'

async function create(protocol: 'http' | 'socks5') {
  const [gateway, service] = [localGateway(), await serveEcho()]
  await gateway.start()
  return {
    gateway,
    clock: systemClock,
    reach: (access: Parameters<typeof httpTunnel>[0]) =>
      protocol === 'http' ? httpTunnel(access, service) : socksTunnel(access, socksByName(service.host, service.port)),
    async dispose() {
      await gateway.stop()
      await service.close()
    },
  }
}

gatewayContract('proxy by CONNECT', () => create('http'))
gatewayContract('proxy by SOCKS5', () => create('socks5'))
