import type { FreeradiusSettings } from './settings.js'

/**
 * `mods-available/conet_eap`: EAP-TTLS with PAP inside. The cache stays off: a resumed TLS session would skip the node, and with
 * it the question whether the round is paid.
 */
export function eapModule({ certificateFile, privateKeyFile }: FreeradiusSettings): string {
  return `# EAP-TTLS whose inner authentication is answered by the Conet node.
eap conet_eap {
	default_eap_type = ttls
	timer_expire = 60
	ignore_unknown_eap_types = no
	max_sessions = 16384
	tls-config conet {
		certificate_file = "${certificateFile}"
		private_key_file = "${privateKeyFile}"
		cipher_list = "DEFAULT"
		tls_min_version = "1.2"
		tls_max_version = "1.2"
		ecdh_curve = ""
		cache {
			enable = no
		}
	}
	ttls {
		tls = conet
		default_eap_type = md5
		copy_request_to_tunnel = yes
		use_tunneled_reply = yes
		virtual_server = "conet-inner"
	}
}
`
}
