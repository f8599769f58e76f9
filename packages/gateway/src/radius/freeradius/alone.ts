import type { FreeradiusSettings } from './settings.js'

/**
 * `radiusd.conf` of a FreeRADIUS that does nothing else. `reject_delay` is 0: a token is a signature, guessing is not slowed
 * down by waiting, and a client whose round ended should hear so at once.
 */
export function radiusdConf({ folder, runAs }: FreeradiusSettings): string {
  const user = runAs === undefined ? '' : `	user = ${runAs}\n	group = ${runAs}\n`
  return `# A FreeRADIUS for the Conet node alone.
name = conet
prefix = /usr
libdir = /usr/lib/freeradius
confdir = ${folder}
raddbdir = ${folder}
run_dir = ${folder}
db_dir = ${folder}
logdir = ${folder}
pidfile = ${folder}/radiusd.pid
max_request_time = 5
cleanup_delay = 2
max_requests = 65536
hostname_lookups = no
proxy_requests = no
log {
	destination = files
	file = ${folder}/radius.log
	auth = no
}
security {
${user}	max_attributes = 200
	reject_delay = 0
	status_server = no
}
thread pool {
	start_servers = 8
	max_servers = 32
	min_spare_servers = 4
	max_spare_servers = 16
	max_requests_per_server = 0
	auto_limit_acct = no
}
modules {
	$INCLUDE mods-enabled/
}
policy {
}
$INCLUDE sites-enabled/
`
}
