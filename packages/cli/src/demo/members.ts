/** One owner network of the demo. Prices are micro-credits (1 credit = 10^6). */
export interface Member {
  readonly key: 'operator' | 'campus' | 'household'
  readonly name: string
  readonly networkType: string
  readonly perGiB: string
  readonly perHour: string
  readonly radiusM: number
  /** Has no uplink of its own: buys from the operator and sells on. */
  readonly relays: boolean
}

/** The operator comes first: the household needs its address. */
export const MEMBERS: readonly Member[] = [
  {
    key: 'operator',
    name: 'North Operator',
    networkType: 'operator',
    perGiB: '200000',
    perHour: '36000',
    radiusM: 5_000,
    relays: false,
  },
  {
    key: 'campus',
    name: 'Hill Campus',
    networkType: 'campus',
    perGiB: '250000',
    perHour: '36000',
    radiusM: 800,
    relays: false,
  },
  {
    key: 'household',
    name: 'Rose Street 7',
    networkType: 'household',
    perGiB: '300000',
    perHour: '54000',
    radiusM: 60,
    relays: true,
  },
]

/** Rounds of three seconds, so that a person sees them tick; the trial is the usual one and leaves a second for the voucher. */
const TRIAL_MS = 2_000
const REST_MS = 1_000

export interface MemberPlace {
  readonly dataDir: string
  readonly port: number
  /** The demo's web server stands on loopback, which no gateway lets through unless its owner allows it. */
  readonly origin: string
  readonly upstream: string | undefined
}

/** The member's node configuration, as an owner would write it in a file. */
export function memberConfig(member: Member, place: MemberPlace) {
  const area = { lat: 52.52, lon: 13.405, radiusM: member.radiusM }
  return {
    dataDir: place.dataDir,
    name: member.name,
    networkType: member.networkType,
    api: { host: '127.0.0.1', port: place.port },
    gateway: {
      host: '127.0.0.1',
      egressAllow: [place.origin],
      ...(place.upstream === undefined ? {} : { upstream: { node: place.upstream } }),
    },
    area,
    offers: [
      {
        key: 'access',
        name: `Internet access at ${member.name}`,
        area,
        terms: {
          perGiB: member.perGiB,
          perHour: member.perHour,
          trialMs: TRIAL_MS,
          restMs: REST_MS,
          // A stranger may owe 0.02 credits: 70 to 100 MiB on trust, growing with paid rounds.
          maxUnpaid: '20000',
          maxUnpaidCap: '200000',
        },
      },
    ],
  }
}
