import type { FreeradiusSettings, RadiusClient } from './settings.js'

function client({ name, address, secret }: RadiusClient): string {
  return `	client ${name} {
		ipaddr = ${address}
		secret = "${secret}"
		require_message_authenticator = no
		nas_type = other
	}
`
}

function listen(type: 'auth' | 'acct', address: string, port: number): string {
  return `	listen {
		type = ${type}
		${address.includes(':') ? 'ipv6addr' : 'ipaddr'} = ${address}
		port = ${port}
	}
`
}

/** Where the packet came from, in place of what the access point says of itself. */
const SOURCE = `		if ("%{Packet-Src-IPv6-Address}" == "") {
			update request {
				&NAS-IPv6-Address !* ANY
				&NAS-IP-Address := "%{Packet-Src-IP-Address}"
			}
		}
		else {
			update request {
				&NAS-IP-Address !* ANY
				&NAS-IPv6-Address := "%{Packet-Src-IPv6-Address}"
			}
		}
`

/**
 * `sites-available/conet`: what access points talk to. The node is told the address that the packet came from, not the one the
 * access point claims: there the Disconnect-Request goes.
 */
export function outerSite({ clients, listen: at }: FreeradiusSettings): string {
  return `# Access points ask here; every decision is the Conet node's.
server conet {
${clients.map(client).join('')}${listen('auth', at.address, at.authPort)}${listen('acct', at.address, at.acctPort)}	authorize {
${SOURCE}		if (&EAP-Message) {
			conet_eap {
				ok = return
			}
		}
		else {
			conet
			if (!ok && !updated) {
				conet_reject
			}
		}
	}
	authenticate {
		conet_eap
	}
	preacct {
${SOURCE}	}
	accounting {
		conet
	}
	post-auth {
		update reply {
			&Message-Authenticator := 0x00
		}
		Post-Auth-Type REJECT {
			update reply {
				&Message-Authenticator := 0x00
			}
		}
	}
}
`
}

/** Who and where, as the access point says: a station may write attributes of its own into the tunnel, and those would win. */
const OUTER = ['Calling-Station-Id', 'NAS-IP-Address', 'NAS-IPv6-Address']
  .map(
    name => `		update request {
			&${name} !* ANY
		}
		if (&outer.request:${name}) {
			update request {
				&${name} := &outer.request:${name}
			}
		}
`,
  )
  .join('')

/** `sites-available/conet-inner`: inside the tunnel of EAP-TTLS, where the true user name and the password are seen. */
export function innerSite(): string {
  return `# Inside the tunnel of EAP-TTLS.
server conet-inner {
	authorize {
${OUTER}		conet
		if (!ok && !updated) {
			conet_reject
		}
	}
	authenticate {
	}
	post-auth {
	}
}
`
}
