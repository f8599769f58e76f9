import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

export const CHROMIUM = '/usr/bin/chromium'
/** No sandbox: containers have none to give. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const CONSOLE = fileURLToPath(new URL('../../packages/web/console/', import.meta.url))

export const TOKEN = 'a-token-for-tests'

/** Why the browser tests cannot run here; `undefined` when they can. */
export const missing = existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not installed`

interface Sample {
  readonly url: string
  dropStreams(): void
  close(): Promise<void>
}

/** The console as it is built for users, served with sample data that moves, and a browser to look at it. */
export interface Bench {
  readonly dist: string
  readonly sample: Sample
  /** Opens a page in a fresh profile; what the browser complains about is collected. */
  open(path: string, options?: BrowserContextOptions): Promise<{ readonly page: Page; readonly complaints: string[] }>
  close(): Promise<void>
}

/** A process of its own: the test runner's NODE_ENV would make a development build. */
async function build(outDir: string): Promise<void> {
  const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url))
  const args = [vite, 'build', '--logLevel', 'error', '--emptyOutDir', '--outDir', outDir]
  await promisify(execFile)(process.execPath, args, { cwd: CONSOLE, env: { ...process.env, NODE_ENV: 'production' } })
}

async function startSample(dist: string): Promise<Sample> {
  // Loaded by path: the console is not part of the compiled workspaces.
  const path = join(CONSOLE, 'fixtures/server.ts')
  const { startFixture } = await import(/* @vite-ignore */ path)
  return startFixture({ dist, token: TOKEN, pace: { trialMs: 1_000, restMs: 1_500 } })
}

/** A headless Chromium that talks to nobody by itself. @param flags - further ones */
export function launch(...flags: string[]): Promise<Browser> {
  return launchBy(CHROMIUM, ...flags)
}

/** The same by another program that starts it, such as one that goes into a namespace first. */
export function launchBy(program: string, ...flags: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: [...FLAGS, ...flags] })
}

/** Collects what the browser complains about on a page, from now on. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  return complaints
}

async function open(browser: Browser, url: string, options: BrowserContextOptions) {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage()
  const complaints = complaintsOf(page)
  await page.goto(url)
  return { page, complaints }
}

export async function startBench(): Promise<Bench> {
  const dist = await mkdtemp(join(tmpdir(), 'conet-console-'))
  await build(dist)
  const sample = await startSample(dist)
  const browser = await launch()
  return {
    dist,
    sample,
    open: (path, options = {}) => open(browser, `${sample.url}${path}`, options),
    close: async () => {
      await browser.close()
      await sample.close()
      await rm(dist, { recursive: true, force: true })
    },
  }
}

/** Changes the view the way the navigation does. */
export async function show(page: Page, view: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click()
  await page.getByRole('heading', { level: 1, name: view }).waitFor()
}

/** Presses Tab until the element in focus has this accessible text in its label or content. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let stop = 0; stop < 40; stop += 1) {
    await page.keyboard.press('Tab')
    const here = await page.evaluate(() => {
      const element = document.activeElement
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element?.textContent
      return label?.trim()
    })
    if (here === name) return
  }
  throw new Error(`Tab never reached "${name}"`)
}
