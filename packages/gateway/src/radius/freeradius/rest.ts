import type { FreeradiusSettings } from './settings.js'

/** User of the node's listener; the key is its password. */
export const LISTENER_USER = 'freeradius'

/**
 * `mods-available/conet`: how FreeRADIUS asks the node. Time-outs are far below what access points wait (3 to 5 s), and a pool
 * that starts empty lets FreeRADIUS start, and answer everybody else, while the node is away.
 */
export function restModule({ nodeUrl, nodeKey }: FreeradiusSettings): string {
  return `# How FreeRADIUS asks the Conet node. A node that is away or hangs means: refused, within a second.
rest conet {
	connect_uri = "${nodeUrl}"
	connect_timeout = 0.5
	tls {
	}
${section('authorize', nodeKey)}
${section('accounting', nodeKey)}
	pool {
		start = 0
		min = 0
		max = 16
		spare = 4
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

function section(name: 'authorize' | 'accounting', key: string): string {
  return `	${name} {
		uri = "\${..connect_uri}/v1/${name}"
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
