import type { FreeradiusSettings } from './settings.js'

/** User of the node's listener; the key is its password. */
export const LISTENER_USER = 'freeradius'

/**
 * `mods-available/conet`: how FreeRADIUS asks the node. Time-outs are far below what access points wait (3 to 5 s). Without
 * a `connect_uri` the pool holds handles, not connections: FreeRADIUS starts, and answers everybody else, while the node is away,
 * and the first stations after a pause are not refused because connections are still being made. More handles than threads.
 */
export function restModule({ nodeUrl, nodeKey }: FreeradiusSettings): string {
  return `# How FreeRADIUS asks the Conet node. A node that is away or hangs means: refused, within a second.
rest conet {
	connect_timeout = 0.5
	tls {
	}
${section('authorize', nodeUrl, nodeKey)}
${section('accounting', nodeUrl, nodeKey)}
	pool {
		start = 8
		min = 8
		max = 64
		spare = 8
		uses = 0
		retry_delay = 1
		lifetime = 0
		idle_timeout = 60
		connect_timeout = 0.5
	}
}

# What is not accepted by the node is refused, whatever else this FreeRADIUS would do.
always conet_reject {
	rcode = reject
}
`
}

function section(name: 'authorize' | 'accounting', url: string, key: string): string {
  return `	${name} {
		uri = "${url}/v1/${name}"
		method = 'post'
		body = 'json'
		auth = 'basic'
		username = "${LISTENER_USER}"
		password = "${key}"
		force_to = 'json'
		timeout = 1.0
		tls = \${..tls}
	}`
}
