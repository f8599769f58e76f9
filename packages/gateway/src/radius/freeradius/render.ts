import { radiusdConf } from './alone.js'
import { eapModule } from './eap.js'
import { restModule } from './rest.js'
import { checkSettings, type FreeradiusSettings } from './settings.js'
import { innerSite, outerSite } from './sites.js'

/** Files by their path below the folder of FreeRADIUS' configuration. */
export type Rendered = Readonly<Record<string, string>>

/**
 * The files that join an existing FreeRADIUS 3 to the node; to be linked into `mods-enabled` and `sites-enabled`.
 *
 * @throws ConetError `RADIUS_SETTING`
 */
export function renderFreeradius(settings: FreeradiusSettings): Rendered {
  checkSettings(settings)
  return {
    'mods-available/conet': restModule(settings),
    'mods-available/conet_eap': eapModule(settings),
    'sites-available/conet': outerSite(settings),
    'sites-available/conet-inner': innerSite(),
  }
}

/**
 * A whole configuration for a FreeRADIUS that serves nothing else: `freeradius -d FOLDER`.
 *
 * @throws ConetError `RADIUS_SETTING`
 */
export function renderAlone(settings: FreeradiusSettings): Rendered {
  const enabled = Object.entries(renderFreeradius(settings)).map(([path, text]) => [
    path.replace('-available/', '-enabled/'),
    text,
  ])
  return { 'radiusd.conf': radiusdConf(settings), ...Object.fromEntries(enabled) }
}
