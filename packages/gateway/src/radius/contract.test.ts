import { systemClock } from '../clock.js'
import { serveEcho } from '../proxy/harness.js'
import { gatewayContract } from '../suite.js'
import { createRadiusGateway } from './gateway.js'
import { FakeAccessPoint } from './testing/access-point.js'
import { nodeSha256, nodeVerify } from './testing/crypto.js'

const KEY = 'key-of-the-listener'

gatewayContract('radius', async () => {
  const [point, service] = [await FakeAccessPoint.open('secret-of-nas'), await serveEcho()]
  const gateway = createRadiusGateway({
    ...{ lid: 'test', provider: 'did:key:zTest', verify: nodeVerify, sha256: nodeSha256 },
    signerKey: () => undefined,
    listen: { host: '127.0.0.1', port: 0, key: KEY },
    nas: [{ address: '127.0.0.1', port: point.nas.port, secret: 'secret-of-nas' }],
    network: 'test',
    openSession: () => Promise.reject(new Error('no request is left here')),
    // The promise is "held at the quota": a real owner leaves time for the voucher.
    holdGraceMs: 0,
    closeWaitMs: 500,
  })
  await gateway.start()
  point.asks(gateway.port, KEY)
  return {
    gateway,
    clock: systemClock,
    reach: access => point.reach(access, service),
    async dispose() {
      await gateway.stop()
      await point.close()
      await service.close()
    },
  }
})
