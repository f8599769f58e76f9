import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLIENT, createLab, type Lab, ORIGIN, whyNoLab } from '@conet/gateway/nftables/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CHROMIUM, launchBy, missing as noBrowser } from '../console/browser.js'
import { makeWallet, roundsPaid, start } from '../portal/guest.js'
import { type Box, conet, openBox } from './nftables/box.js'

// Programs are started many times, on a machine that may do other things too.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const missing = whyNoLab('curl') ?? noBrowser
if (missing !== undefined) console.log(`SKIPPED: the portal in front of the nftables gateway: ${missing}`)

const PORTAL = 'http://10.77.0.1:8642'
const SIZE = 300_000

describe.runIf(missing === undefined)('a guest of a hotspot who has no program of ours', () => {
  let lab: Lab
  let box: Box
  let browser: Browser
  let page: Page
  /** What one device gets: bytes, or `curl`'s complaint. */
  const fetched = (device = 0) =>
    lab.in(
      'client',
      `curl -s -o /dev/null --interface ${CLIENT.four(device)} --max-time 3 -w '%{size_download}' http://${ORIGIN.four}:8000/ || echo " refused"`,
    )
  const captive = () => JSON.parse(lab.in('client', `curl -s ${PORTAL}/captive`))
  const redirected = () =>
    lab.in('client', `curl -s -o /dev/null -w '%{http_code} %{redirect_url}' http://${ORIGIN.four}/generate_204`)

  beforeAll(async () => {
    lab = createLab('portal')
    box = await openBox(lab, SIZE, config =>
      config
        .replace(/^gateway:/m, 'portal: { host: 10.77.0.1, port: 8642 }\ngateway:')
        .replace('perHour: "0"', 'perHour: "36000"\n      trialMs: 2000\n      restMs: 500'),
    )
    // The browser is the guest's: it runs where the guest's device is.
    const program = join(lab.folder, 'browser')
    writeFileSync(program, `#!/bin/sh\nexec ip netns exec ${lab.ns.client} ${CHROMIUM} "$@"\n`)
    chmodSync(program, 0o755)
    browser = await launchBy(program)
  })
  afterAll(async () => {
    await browser?.close()
    await lab?.dispose()
  })

  it('is led from any plain page to the portal, and nowhere else', async () => {
    expect(fetched()).toBe('0 refused\n')
    expect(redirected()).toMatch(/^302 http:\/\/10\.77\.0\.1:8642\/\?t=/)
    expect(captive()).toMatchObject({ captive: true, 'user-portal-url': expect.stringContaining(`${PORTAL}/?t=`) })
    page = await browser.newPage()
    await page.goto(`http://${ORIGIN.four}/`)
    await page.getByText('Access at hotspot').waitFor()
    expect(new URL(page.url()).origin).toBe(PORTAL)
  })

  it('pays there and is online with the whole device, alone', async () => {
    const did = await makeWallet(page, '')
    conet(lab, 'gateway', 'transfer', did, '1', '--home', box.home, '--json')
    await start(page)
    expect(fetched()).toBe(String(SIZE))
    // Nothing has to be set up: the device's packets go by themselves.
    expect(await page.locator('[data-access]').count()).toBe(0)
    expect(lab.in('client', `curl -s ${PORTAL}/proxy.pac`)).toContain('"DIRECT"')
    expect(fetched(1)).toBe('0 refused\n')
    expect(captive()).toMatchObject({ captive: false, 'seconds-remaining': expect.any(Number) })
    await expect.poll(() => roundsPaid(page), { timeout: 30_000 }).toBeGreaterThanOrEqual(3)
    expect(fetched()).toBe(String(SIZE))
  })

  it('is cut when the page no longer pays, and led to the portal again', async () => {
    await page.close()
    await expect.poll(() => fetched(), { timeout: 20_000, interval: 500 }).toBe('0 refused\n')
    await expect.poll(() => redirected(), { timeout: 20_000, interval: 500 }).toMatch(/^302 /)
    expect(captive()).toMatchObject({ captive: true })
    expect(lab.in('gateway', 'nft list set inet conet_gw lease')).not.toContain('elements')
  })
})
