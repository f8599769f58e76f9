import { Panel } from '@conet/console/parts/Panel'
import type { AccessPoint } from '@conet/core/rounds'
import { LongText } from '../parts/LongText.js'

/** How programs use this session where the gateway is a proxy: a setting, in place of a route. */
export function ProxyPanel({ access }: { readonly access: AccessPoint }) {
  const rows = [
    ['Proxy (HTTP and SOCKS5)', `${access.host}:${access.port}`],
    ['User name', access.username],
    ['Password', access.password],
    ['Automatic set-up (PAC)', `${location.origin}/proxy.pac`],
  ] as const
  return (
    <Panel title="If a program asks for a proxy" note="These work for this session and this device only.">
      <dl className="space-y-3 px-4 py-4 md:px-5">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt className="mb-1 text-muted text-sm">{name}</dt>
            <dd data-access={name}>
              <LongText name={name} text={text} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
