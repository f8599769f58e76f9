import { request } from 'node:http'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { NodeProcess } from '../e2e/network.js'

export const PASSPHRASE = 'correct horse battery'

/** What a session's panel shows under a name of the proxy's list. */
export async function accessOf(page: Page): Promise<{ host: string; port: number; user: string; password: string }> {
  const shown = (name: string) => page.locator(`[data-access="${name}"] code`).innerText()
  const [host = '', port = ''] = (await shown('Proxy (HTTP and SOCKS5)')).split(':')
  return { host, port: Number(port), user: await shown('User name'), password: await shown('Password') }
}

/** A number that the page keeps beside its words, in micro-credits or bytes. */
export async function figure(page: Page, name: 'paid' | 'bytes' | 'balance'): Promise<bigint> {
  return BigInt((await page.locator(`[data-${name}]`).getAttribute(`data-${name}`)) ?? 0)
}

export async function makeWallet(page: Page, passphrase = PASSPHRASE): Promise<string> {
  const field = page.getByLabel('Passphrase')
  if (passphrase !== '') await field.fill(passphrase)
  await page.getByRole('button', { name: 'Make a wallet' }).click()
  return (await page.getByText(/^did:key:z6Mk/).textContent({ timeout: 15_000 })) ?? ''
}

/** Makes a wallet and waits until the page shows its money. */
export async function fundedWallet(page: Page, node: NodeProcess, amount = 1_000_000n): Promise<string> {
  const did = await makeWallet(page)
  await node.pay(did, amount)
  await expect.poll(() => figure(page, 'balance'), { timeout: 15_000 }).toBe(amount)
  return did
}

export async function start(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByRole('heading', { name: 'You are online' }).waitFor()
}

/** Rounds that the page says are paid. */
export async function roundsPaid(page: Page): Promise<number> {
  const text = await page.getByText(/^\d+ rounds?$/).textContent()
  return Number.parseInt(text ?? '0', 10)
}

export async function ended(page: Page, timeout = 30_000): Promise<string | null> {
  await page.getByRole('heading', { name: 'You are offline' }).waitFor({ timeout })
  return page.locator('[data-ending]').getAttribute('data-ending')
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly location: string | undefined
}

/** A plain HTTP call with headers that `fetch` does not let one set. */
export function ask(url: string, options: { method?: string; headers?: object; body?: string } = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { ...headers }, agent: false }, response => {
      let text = ''
      response.on('data', chunk => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, location: response.headers.location }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** GET through the gateway with a session's credentials. */
export async function through(access: Awaited<ReturnType<typeof accessOf>>, url: string): Promise<Answer> {
  const { host, port, user, password } = access
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return new Promise((resolve, reject) => {
    const headers = { host: new URL(url).host, 'proxy-authorization': authorization }
    const outgoing = request({ host, port, path: url, headers, agent: false }, response => {
      let text = ''
      response.setEncoding('latin1')
      response.on('data', chunk => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, location: undefined }))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}
