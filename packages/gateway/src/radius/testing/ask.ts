import { LISTENER_USER } from '../freeradius/index.js'

/** Attributes as a test writes them. */
export type Written = Readonly<Record<string, string | number>>

/** The body that rlm_rest makes of them. */
export function restBody(attributes: Written): string {
  const entries = Object.entries(attributes).map(([name, value]) => [
    name,
    { type: typeof value === 'number' ? 'integer' : 'string', value: [value] },
  ])
  return JSON.stringify(Object.fromEntries(entries))
}

export interface Told {
  readonly status: number
  readonly body: Readonly<Record<string, string | number>>
}

/** Asks a gateway's listener as FreeRADIUS does. */
export async function ask(port: number, key: string, path: string, body: Written | string): Promise<Told> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${LISTENER_USER}:${key}`).toString('base64')}` },
    body: typeof body === 'string' ? body : restBody(body),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
}
