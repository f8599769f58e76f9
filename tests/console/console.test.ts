import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { contrast, structure } from './audit.js'
import { type Bench, missing, show, startBench, TOKEN, tabTo } from './browser.js'

if (missing !== undefined) console.log(`SKIPPED: console in a browser: ${missing}`)

const VIEWS = ['Overview', 'Sessions', 'Offers', 'Wallet', 'Ledger', 'Planner']
const ENTRY = `/#token=${TOKEN}`
const RECEIVER = 'did:key:z6MkqRYqQiSgvZQdnBytw86Qbs2ZWUkGv22od935YF4s8M7V'
const rows = (page: Page, caption: RegExp) => page.getByRole('table', { name: caption }).getByRole('rowheader')

describe.runIf(missing === undefined)('the console in a browser', { timeout: 60_000 }, () => {
  let bench: Bench
  const pages: Page[] = []
  const open = async (path = ENTRY, options = {}) => {
    const opened = await bench.open(path, options)
    pages.push(opened.page)
    return opened
  }
  beforeAll(async () => {
    bench = await startBench()
  }, 60_000)
  afterEach(async () => {
    await Promise.all(pages.splice(0).map(page => page.context().close()))
  })
  afterAll(() => bench?.close())

  it('stays below 150 kB over the line; the planner comes when it is opened', async () => {
    const index = await readFile(join(bench.dist, 'index.html'), 'utf8')
    const names = [...index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(match => match[1] ?? '')
    const files = await Promise.all(names.map(name => readFile(join(bench.dist, name))))
    const size = files.reduce((sum, content) => sum + gzipSync(content).length, 0)
    expect(size).toBeGreaterThan(10_000)
    expect(size).toBeLessThan(150_000)
    expect((await readdir(join(bench.dist, 'assets'))).some(name => name.startsWith('Planner-'))).toBe(true)
  })

  it('shows data in every view, and the browser has nothing to complain about', async () => {
    const { page, complaints } = await open()
    await page.getByText('18.204113').waitFor()
    await page.getByRole('heading', { name: 'This node' }).waitFor()
    expect(await page.locator('canvas').count()).toBe(1)
    await show(page, 'Sessions')
    expect(await page.getByRole('img', { name: /^Round \d+: / }).count()).toBe(5)
    await rows(page, /^Past sessions/)
      .first()
      .waitFor()
    await show(page, 'Offers')
    await rows(page, /^Offers/)
      .first()
      .waitFor()
    await show(page, 'Wallet')
    await rows(page, /^Balances/)
      .first()
      .waitFor()
    await rows(page, /^Movements/)
      .first()
      .waitFor()
    await show(page, 'Ledger')
    await rows(page, /^Blocks/)
      .first()
      .waitFor()
    expect(complaints).toEqual([])
  })

  it('takes the token out of the address, and keeps it for this tab only', async () => {
    const { page } = await open()
    await page.getByText('Live', { exact: true }).waitFor()
    expect(page.url()).not.toContain(TOKEN)
    await page.reload()
    await page.getByText('Live', { exact: true }).waitFor()
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(TOKEN)
  })

  it('asks for the token, says when it is wrong, and opens with the right one', async () => {
    const { page } = await open('/')
    await page.getByLabel('Admin token').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('The node does not accept this token').waitFor()
    await page.getByLabel('Admin token').fill(TOKEN)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  })

  it('moves a round from trial to paid to the next, and shows a cut with its reason', async () => {
    const { page } = await open()
    await show(page, 'Sessions')
    const bar = page
      .getByRole('listitem')
      .filter({ hasText: 'Visitor 12' })
      .getByRole('img', { name: /^Round/ })
    const seen = new Set<string>()
    const rounds = new Set<string | null>()
    await expect
      .poll(
        async () => {
          seen.add((await bar.getAttribute('data-state')) ?? '')
          rounds.add(await bar.getAttribute('data-round'))
          return seen.has('trial') && seen.has('paid') && rounds.size > 1
        },
        { timeout: 15_000, interval: 100 },
      )
      .toBe(true)
    await page.getByRole('img', { name: /: Cut$/ }).waitFor({ timeout: 15_000 })
    await page.getByText('not paid in time, access ended').waitFor({ timeout: 15_000 })
    await page.getByRole('cell', { name: 'Cut: the round was not paid in time' }).first().waitFor()
  })

  it('sends credit with the keyboard alone', async () => {
    const { page } = await open()
    await show(page, 'Wallet')
    const free = () =>
      page
        .getByRole('row', { name: /^credit/ })
        .getByRole('cell')
        .first()
        .textContent()
    await page.getByText('did:conet:').first().waitFor()
    const before = await free()
    await tabTo(page, 'To')
    await page.keyboard.type(RECEIVER)
    await tabTo(page, 'Amount')
    await page.keyboard.type('2.5')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Send 2.50 credit?' }).waitFor()
    await tabTo(page, 'Send now')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'Sent.' }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('2.50 credit moved in block')
    await expect.poll(free).not.toBe(before)
  })

  it('says what is wrong with a transfer, before and after asking the ledger', async () => {
    const { page } = await open()
    await show(page, 'Wallet')
    await page.getByRole('button', { name: 'Review transfer' }).click()
    await page.getByText('Enter a DID, for example').waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('to')
    await page.getByLabel('To', { exact: true }).fill('did:key:stranger')
    await page.getByLabel('Amount').fill('99999999')
    await page.keyboard.press('Enter')
    await page.getByText(/^Only [\d,.]+ is free/).waitFor()
    await page.getByLabel('Amount').fill('1')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByRole('alert').filter({ hasText: 'ACCOUNT_UNKNOWN' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    // Back where the reader was before the dialog: in the field that Enter was pressed in.
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('amount')
  })

  it('searches the offers and turns their pages', async () => {
    const { page } = await open()
    await show(page, 'Offers')
    await expect.poll(() => rows(page, /^Offers/).count()).toBe(20)
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('Page 2').waitFor()
    await page.getByLabel('At most per GiB').fill('0.3')
    await expect.poll(() => rows(page, /^Offers/).count()).toBe(4)
    await page.getByLabel('At most per GiB').fill('cheap')
    await page.getByText('Credits, for example 0.25').waitFor()
    await page.getByLabel('At most per GiB').fill('0.000001')
    await page.getByText('No offers match').waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('textbox', { name: 'Near' }).fill('48.13, 11.57')
    await page.getByRole('cell', { name: '0 m', exact: true }).waitFor()
  })

  it('opens a block, moves the focus to it and back', async () => {
    const { page } = await open()
    await show(page, 'Ledger')
    await page.getByRole('button', { name: 'Older' }).click()
    await page.getByText('standing still').waitFor()
    const block = page.getByRole('button', { name: 'Block 4,10' }).first()
    const name = await block.textContent()
    await block.focus()
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2')
    await page.getByRole('button', { name: 'Close' }).click()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(name ?? 'no name')
  })

  it('lets the keyboard skip the header', async () => {
    const { page } = await open()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
  })

  it('comes back by itself when the event stream breaks', async () => {
    const { page } = await open()
    await page.getByText('Live', { exact: true }).waitFor()
    bench.sample.dropStreams()
    await page.getByText('reconnecting').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
  })

  it('says what to do when the node fails', async () => {
    const { page } = await open()
    await page.route('**/v1/offers*', route =>
      route.fulfill({ status: 503, body: '{"error":{"code":"DISK_FULL","message":"No space"}}' }),
    )
    await show(page, 'Offers')
    await page.getByRole('alert').filter({ hasText: 'Free some space' }).waitFor()
    await page.unroute('**/v1/offers*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await rows(page, /^Offers/)
      .first()
      .waitFor()
  })

  it('follows the dark preference, and a choice against it survives a reload', async () => {
    const { page } = await open(ENTRY, { colorScheme: 'dark' })
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await page.getByLabel('Theme').waitFor()
    expect(await background()).toBe('rgb(14, 20, 25)')
    await page.getByLabel('Theme').selectOption('light')
    expect(await background()).toBe('rgb(244, 246, 248)')
    await page.reload()
    await page.getByLabel('Theme').waitFor()
    expect(await background()).toBe('rgb(244, 246, 248)')
  })

  const links = (page: Page) => page.locator('nav[aria-label=Views] a')
  const linesOf = async (page: Page) => {
    const boxes = await Promise.all((await links(page).all()).map(link => link.boundingBox()))
    return new Set(boxes.map(box => box?.y)).size
  }

  it.each([
    [390, '100%'],
    [320, '100%'],
    [390, '200%'],
    [320, '200%'],
  ])(
    'fits on a phone of %i px with text at %s without scrolling sideways, and its views are whole',
    async (width, size) => {
      const { page } = await open(ENTRY, { viewport: { width, height: 844 } })
      await page.evaluate(text => document.documentElement.style.setProperty('font-size', text), size)
      expect((await linesOf(page)) === 1).toBe(size === '100%')
      for (const view of VIEWS) {
        await show(page, view)
        await expect.poll(() => page.getByText(/Reading from the node|^Opening/).count(), { timeout: 15_000 }).toBe(0)
        expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(width)
        const tooWide = () =>
          [...document.querySelectorAll('nav a')].filter(link => link.scrollWidth > link.clientWidth)
        expect(await page.evaluate(`(${tooWide})().length`), view).toBe(0)
      }
    },
  )

  it('says so when the node does not give the planner’s pages, and the others go on', async () => {
    const { page } = await open(ENTRY)
    await page.route('**/assets/Planner*', route => route.abort())
    await show(page, 'Planner')
    await page.getByText('The planner’s pages could not be loaded.').waitFor()
    await show(page, 'Wallet')
  })

  it('breaks names and amounts that are longer than a phone is wide', async () => {
    const { page } = await open(ENTRY, { viewport: { width: 390, height: 844 } })
    const word = 'W'.repeat(64)
    await page.route('**/v1/offers*', async route => {
      const answer = await (await route.fetch()).json()
      for (const offer of answer.items) Object.assign(offer, { name: word, providerName: word, slice: word })
      await route.fulfill({ json: answer })
    })
    await page.route('**/v1/sessions*', async route => {
      const answer = await (await route.fetch()).json()
      for (const session of answer.items)
        Object.assign(session, { peerName: word, offerName: word, owed: '9'.repeat(25) })
      await route.fulfill({ json: answer })
    })
    await page.reload()
    for (const view of ['Offers', 'Sessions']) {
      await show(page, view)
      await page.getByText(word).first().waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(390)
    }
  })

  it('keeps its figures and the current view apart with colours of the system', async () => {
    const { page } = await open(ENTRY, { forcedColors: 'active' })
    const colours = await page.evaluate(() => {
      const of = (selector: string, name: 'backgroundColor' | 'borderBottomColor') => {
        const found = document.querySelector(selector)
        return found === null ? 'none' : getComputedStyle(found)[name]
      }
      return {
        current: of('nav a[aria-current]', 'borderBottomColor'),
        other: of('nav a:not([aria-current])', 'borderBottomColor'),
        canvas: of('body', 'backgroundColor'),
        paid: of('.figure .bg-accent', 'backgroundColor'),
      }
    })
    expect(colours.other).toBe(colours.canvas)
    expect(colours.current).not.toBe(colours.canvas)
    expect(colours.paid).not.toBe(colours.canvas)
  })

  it('is dark on white on paper, without anything to press', async () => {
    const { page } = await open(ENTRY, { colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)')
    expect((await contrast(page)).low).toEqual([])
    expect(await page.locator('button:visible, nav a:visible').count()).toBe(0)
  })

  it.each(['light', 'dark'] as const)('is labelled, in order and readable in %s', async colorScheme => {
    const { page } = await open(ENTRY, { colorScheme })
    for (const view of VIEWS) {
      await show(page, view)
      await expect.poll(() => page.getByText(/Reading from the node|^Opening/).count(), { timeout: 15_000 }).toBe(0)
      if (view === 'Ledger')
        await page
          .getByRole('button', { name: /^Block/ })
          .first()
          .click()
      expect(await structure(page), view).toEqual([])
      const { checked, low } = await contrast(page)
      expect(low, view).toEqual([])
      expect(checked).toBeGreaterThan(20)
    }
  })

  it('tells the audit from a page that is not in order', async () => {
    const { page } = await open()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.evaluate(() => {
      const wrong = document.createElement('div')
      wrong.innerHTML = '<input><button></button><h4>Deep</h4><p id="pale">pale</p>'
      document.querySelector('h1')?.after(wrong)
      document.getElementById('pale')?.style.setProperty('color', '#bbbbbb')
    })
    expect(await structure(page)).toHaveLength(3)
    expect((await contrast(page)).low).toHaveLength(1)
  })
})
