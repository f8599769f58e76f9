import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { contrast, structure } from '../console/audit.js'
import { complaintsOf, launch, missing, tabTo } from '../console/browser.js'
import { NodeProcess } from '../e2e/network.js'
import { type Origin, startOrigin } from '../e2e/origin.js'
import { scratch } from '../e2e/program.js'
import {
  accessOf,
  ask,
  ended,
  figure,
  fundedWallet,
  makeWallet,
  PASSPHRASE,
  roundsPaid,
  start,
  through,
} from './guest.js'

if (missing !== undefined) console.log(`SKIPPED: portal in a browser: ${missing}`)

/** Short rounds with a second for each voucher, on a busy machine too; one costs 25 micro-credits of time. */
const TERMS = { trialMs: 2_000, restMs: 500 }
/** A name that resolves here in the test's browser only: not a secure context. */
const INSECURE = 'hotspot.example'

describe.runIf(missing === undefined)('a device at the portal', () => {
  const folder = scratch()
  const contexts: BrowserContext[] = []
  let node: NodeProcess
  let origin: Origin
  let browser: Browser
  const portal = () => node.running.first.portal ?? ''

  const open = async (url = portal(), options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ viewport: { width: 1_000, height: 900 }, ...options })
    contexts.push(context)
    const page = await context.newPage()
    const complaints = complaintsOf(page)
    await page.goto(url)
    await page.getByText('Access at hotspot').waitFor()
    return { page, context, complaints }
  }
  const newNode = (name: string) =>
    NodeProcess.start(folder.dir, {
      name,
      egressAllow: [origin.authority],
      terms: TERMS,
      portal: { host: '127.0.0.1', port: 0, hosts: [INSECURE] },
    })

  beforeAll(async () => {
    origin = await startOrigin()
    node = await newNode('hotspot')
    browser = await launch(`--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`)
  }, 60_000)
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map(context => context.close()))
  })
  afterAll(async () => {
    await browser?.close()
    await node?.running.end()
    await origin?.close()
    folder.remove()
  })

  it('stays below 150 kB over the line: a guest waits for it on the slowest link', async () => {
    const names = (await (await fetch(portal())).text()).match(/\/assets\/[^"]+/g) ?? []
    const files = await Promise.all(names.map(async name => (await fetch(portal() + name)).arrayBuffer()))
    const size = files.reduce((sum, file) => sum + gzipSync(new Uint8Array(file)).length, 0)
    expect(size).toBeGreaterThan(10_000)
    expect(size).toBeLessThan(150_000)
  })

  it('is sent to the page, pays its rounds there, and what it paid is settled', async () => {
    const probe = await ask(`${portal()}/generate_204`, { headers: { host: 'connectivitycheck.gstatic.com' } })
    expect(probe.status).toBe(302)
    const { page, complaints } = await open(probe.location)
    expect(page.url()).not.toContain('t=')
    await page.getByText('0.20 credit per GiB and 0.036 credit per hour').waitFor()
    const did = await fundedWallet(page, node)
    expect(JSON.parse((await ask(`${portal()}/captive`)).text)).toMatchObject({ captive: true })
    await start(page)
    const access = await accessOf(page)
    const got = await through(access, `${origin.url}/bytes/300000`)
    expect([got.status, got.text.length]).toEqual([200, 300_000])
    expect(JSON.parse((await ask(`${portal()}/captive`)).text)).toMatchObject({ captive: false })
    expect((await ask(`${portal()}/proxy.pac`)).text).toContain(`PROXY ${access.host}:${access.port}`)
    await expect.poll(() => roundsPaid(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(3)
    expect(await figure(page, 'bytes')).toBeGreaterThanOrEqual(300_000n)
    await page.getByRole('button', { name: 'Stop' }).click()
    expect(await ended(page)).toBe('CLIENT_DONE')
    const session = (await node.sessions()).find(one => one.peer === did)
    await expect.poll(async () => (await node.session(session?.sid ?? '')).settled).not.toBe('0')
    const row = await node.session(session?.sid ?? '')
    expect(row).toMatchObject({ state: 'closed', reason: 'CLIENT_DONE', settled: row.paid, owed: row.paid })
    expect(row.roundsPaid).toBeGreaterThanOrEqual(3)
    expect(await node.balance(did)).toBe(1_000_000n - BigInt(row.settled))
    expect((await through(access, `${origin.url}/bytes/1`)).status).toBe(407)
    expect(complaints).toEqual([])
  }, 60_000)

  it('goes on after the page was loaded again, and pays in one tab only', async () => {
    const { page, context } = await open()
    const did = await fundedWallet(page, node)
    await start(page)
    await expect.poll(() => roundsPaid(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(1)
    const before = await figure(page, 'paid')
    await page.reload()
    await page.getByRole('heading', { name: 'You are online' }).waitFor()
    await expect.poll(() => figure(page, 'paid'), { timeout: 20_000 }).toBeGreaterThan(before)
    const second = await context.newPage()
    await second.goto(portal())
    await second.getByLabel('Passphrase').fill('wrong passphrase')
    await second.getByRole('button', { name: 'Unlock the wallet' }).click()
    await second.getByText('This is not the passphrase').waitFor()
    await second.getByLabel('Passphrase').fill(PASSPHRASE)
    await second.keyboard.press('Enter')
    await second.getByRole('button', { name: 'Start', exact: true }).click()
    await second.getByRole('alert').filter({ hasText: 'OTHER_TAB' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    expect(await ended(page)).toBe('CLIENT_DONE')
    expect((await node.sessions()).filter(one => one.peer === did)).toHaveLength(1)
  }, 60_000)

  it('stops by itself when the hour’s budget is used', async () => {
    const { page } = await open()
    const did = await fundedWallet(page, node)
    await page.getByLabel('At most per hour').fill('0.00005')
    await start(page)
    expect(await ended(page)).toBe('BUDGET_USED')
    await page.getByText('Your budget for this hour is used').waitFor()
    const rows = (await node.sessions()).filter(one => one.peer === did)
    expect(rows).toMatchObject([{ state: 'closed', reason: 'CLIENT_DONE' }])
    expect(BigInt(rows[0]?.paid ?? 0)).toBeGreaterThan(0n)
    expect(BigInt(rows[0]?.paid ?? 0)).toBeLessThanOrEqual(50n)
    // The hour is not over: nothing more is paid, whoever presses Start.
    await page.getByRole('button', { name: 'Get online again' }).click()
    await page.getByLabel('At most per hour').fill('0.00005')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    expect(await ended(page)).toBe('BUDGET_USED')
    expect(await figureOfAll(did)).toBeLessThanOrEqual(50n)
  }, 60_000)
  const figureOfAll = async (did: string) =>
    (await node.sessions()).filter(one => one.peer === did).reduce((sum, one) => sum + BigInt(one.paid), 0n)

  it('opens nothing for tokens that are missing, forged or used, nor without money', async () => {
    const { page } = await open()
    await makeWallet(page)
    await page.getByText('The wallet is empty: it needs credit first.').waitFor()
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true)
    // The answer is read on its way: Chromium may have let go of a body by the time it is asked for it.
    let granted: string | undefined
    await page.route('**/v1/sessions', async route => {
      const response = await route.fetch()
      granted = ((await response.json()) as { grant?: string }).grant
      await route.fulfill({ response })
    })
    const asked = page.waitForRequest(request => request.url().endsWith('/v1/sessions'))
    await node.pay((await page.getByText(/^did:key:z6Mk/).textContent()) ?? '', 1_000_000n)
    await start(page)
    const used = await asked
    const body = used.postData() ?? ''
    await expect.poll(() => granted).toBeDefined()
    const token = used.headers()['x-conet-portal'] ?? ''
    const post = async (headers: object) => {
      const all = { 'content-type': 'application/json', ...headers }
      const { status, text } = await ask(`${portal()}/v1/sessions`, { method: 'POST', headers: all, body })
      const answer = JSON.parse(text) as { error?: { code: string }; grant?: string }
      return [status, answer.error?.code ?? answer.grant]
    }
    expect(await post({})).toEqual([403, 'TOKEN_MISSING'])
    expect(await post({ 'x-conet-portal': 'forged' })).toEqual([403, 'TOKEN_FORGED'])
    expect(await post({ 'x-conet-portal': token })).toEqual([409, 'TOKEN_USED'])
    // The request itself, caught on the air and sent again with a token of one's own, opens nothing new: it is answered as before.
    const fresh = JSON.parse((await ask(`${portal()}/portal/token`, { method: 'POST' })).text) as { token: string }
    const [status, again] = await post({ 'x-conet-portal': fresh.token })
    expect([status, again]).toEqual([201, granted])
    expect((await node.sessions()).filter(one => one.state !== 'closed')).toHaveLength(1)
    await page.getByRole('button', { name: 'Stop' }).click()
    expect(await ended(page)).toBe('CLIENT_DONE')
  }, 60_000)

  it('says so when a refusal or the death of the gateway ends it', async () => {
    const other = await newNode('hotspot-two')
    const { page } = await open(other.running.first.portal)
    await fundedWallet(page, other)
    await start(page)
    await expect.poll(() => roundsPaid(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(1)
    await other.running.end('SIGKILL')
    await page.getByRole('alert').filter({ hasText: 'GATEWAY_SILENT' }).waitFor()
    expect(await ended(page)).toBe('GATEWAY_LOST')
    await page.getByText('The network does not answer any more').waitFor()
  }, 60_000)

  it('keeps no key where the browser cannot, says so, and takes the key back from its text', async () => {
    const insecure = portal().replace('127.0.0.1', INSECURE)
    const { page, complaints } = await open(insecure)
    await page.getByText('This page came over plain HTTP').waitFor()
    expect(await page.getByLabel('Passphrase').count()).toBe(0)
    const did = await makeWallet(page, '')
    await node.pay(did, 500_000n)
    await page.getByText('Back up, lock or remove').click()
    await page.getByRole('button', { name: 'Show the key' }).click()
    const key = (await page.getByText(/^conet-key-/).textContent()) ?? ''
    await start(page)
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('conet-key-')
    await page.getByRole('button', { name: 'Stop' }).click()
    await ended(page)
    const again = (await open(insecure)).page
    await again.getByText('I have a key already').click()
    await again.getByLabel('Key').fill(`${key.slice(0, -2)}AA`)
    await again.getByRole('button', { name: 'Use this key' }).click()
    await again.getByText('There is a typing error in this key').waitFor()
    await again.getByLabel('Key').fill(key)
    await again.keyboard.press('Tab')
    await again.keyboard.press('Enter')
    expect(await again.getByText(/^did:key:z6Mk/).textContent()).toBe(did)
    expect(complaints).toEqual([])
  }, 60_000)

  it('is used with the keyboard alone, and fits a small phone in light and dark', async () => {
    const { page } = await open(portal(), { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
    await tabTo(page, 'Passphrase')
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Enter')
    const did = (await page.getByText(/^did:key:z6Mk/).textContent()) ?? ''
    await node.pay(did, 1_000_000n)
    await expect.poll(() => figure(page, 'balance'), { timeout: 15_000 }).toBe(1_000_000n)
    const sound = async (view: Page) => {
      expect(await structure(view)).toEqual([])
      for (const colorScheme of ['light', 'dark'] as const) {
        await view.emulateMedia({ colorScheme })
        const { checked, low } = await contrast(view)
        expect(low).toEqual([])
        expect(checked).toBeGreaterThan(5)
      }
      expect(await view.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    }
    await sound(page)
    await tabTo(page, 'Start')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'You are online' }).waitFor()
    await sound(page)
    await tabTo(page, 'Stop')
    await page.keyboard.press('Enter')
    expect(await ended(page)).toBe('CLIENT_DONE')
    await sound(page)
  }, 60_000)
})
