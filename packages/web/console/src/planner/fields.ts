/** One number or choice of a scenario that the page offers; its range is what the check allows. */
export interface FieldSpec {
  readonly path: string
  readonly label: string
  readonly hint: string
  readonly choices?: readonly string[]
}

export interface FieldGroup {
  readonly title: string
  readonly fields: readonly FieldSpec[]
}

const one = (path: string, label: string, hint: string, choices?: readonly string[]): FieldSpec =>
  choices === undefined ? { path, label, hint } : { path, label, hint, choices }

/** What a planner changes most; a scenario file has more. */
export const GROUPS: readonly FieldGroup[] = [
  {
    title: 'Area and time',
    fields: [
      one('area/widthM', 'Width', 'm, west to east'),
      one('area/heightM', 'Height', 'm, south to north'),
      one('durationS', 'Duration', 's'),
      one('stepS', 'Step', 's'),
    ],
  },
  {
    title: 'Cells',
    fields: [
      one('radio/model', 'Model', 'TR 38.901; satellite: TR 38.811', ['uma', 'umi', 'inh', 'rma', 'satellite']),
      one('radio/frequencyGHz', 'Carrier', 'GHz, within the model'),
      one('radio/bandwidthMHz', 'Bandwidth', 'MHz'),
      one('radio/powerDbm', 'Power', 'dBm at the antenna, 0 to 80'),
      one('radio/gainDb', 'Antenna gain', 'dB'),
      one('radio/baseHeightM', 'Height of the antenna', 'm, within the model'),
      one('radio/building', 'Buildings', 'how much walls take', ['low loss', 'high loss']),
    ],
  },
  {
    title: 'Between terminals',
    fields: [
      one('direct/place', 'Place', 'P.1411, P.1238, TR 37.885', [
        'street',
        'residential',
        'office',
        'corridor',
        'sidelink',
      ]),
      one('direct/frequencyGHz', 'Carrier of relays', 'GHz, within the model'),
      one('direct/powerDbm', 'Power of a terminal', 'dBm'),
      one('direct/rangeM', 'Reach', 'm'),
      one('relay/maxHops', 'Most hops', '1 switches relays off'),
      one('relay/serviceMbps', 'Service', 'Mbit/s that count as service'),
    ],
  },
  {
    title: 'Traffic and reward',
    fields: [
      one('traffic/sessionsPerHour', 'Sessions per hour', 'of one terminal'),
      one('traffic/meanMB', 'Mean session', 'MB'),
      one('sharing/advertised', 'Advertised reward', 'credits an hour that owners expect at first'),
      one('sharing/minReserve', 'Lowest reserve', 'credits an hour that sharing must bring'),
      one('sharing/maxReserve', 'Highest reserve', 'credits an hour'),
      one('money/perGiB', 'Price', 'credits per GiB'),
      one('money/maxPerGB', 'Highest reward', 'credits per GB carried'),
      one('money/pool', 'Reward pool', 'credits'),
    ],
  },
]

/** Fields of one group of terminals. */
export const GROUP_FIELDS: readonly FieldSpec[] = [
  one('count', 'Terminals', 'how many'),
  one('sharerShare', 'Would share', '0 to 1, if it pays'),
  one('indoorShare', 'Indoors', '0 to 1'),
]
