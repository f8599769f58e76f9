/** What a supplicant is told. */
export interface SupplicantNetwork {
  readonly network: string
  readonly user: string
  readonly password: string
  readonly certificateSha256?: string | undefined
  readonly serverName?: string | undefined
}

/**
 * A `network` block of wpa_supplicant (also for NetworkManager and phones: the same words). Whatever the node said is put between
 * quotes only after a look at its characters.
 */
export function networkBlock(given: SupplicantNetwork): string {
  const { network, user, password, certificateSha256, serverName } = given
  const certificate = /^[0-9a-f]{64}$/.test(certificateSha256 ?? '')
    ? [`  ca_cert="hash://server/sha256/${certificateSha256}"`]
    : []
  const domain = /^[A-Za-z0-9.-]{1,253}$/.test(serverName ?? '') ? [`  domain_suffix_match="${serverName}"`] : []
  return [
    'network={',
    `  ssid="${network.replaceAll(/[^A-Za-z0-9.:_-]/g, '')}"`,
    '  key_mgmt=WPA-EAP',
    '  eap=TTLS',
    '  phase2="auth=PAP"',
    '  anonymous_identity="anonymous"',
    `  identity="${user}"`,
    `  password="${password}"`,
    // A pinned certificate needs no name: wpa_supplicant checks names against a chain only.
    ...(certificate.length > 0 ? certificate : domain),
    '}',
  ].join('\n')
}
