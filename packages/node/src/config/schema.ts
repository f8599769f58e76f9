import { type Static, Type } from '@sinclair/typebox'
import { PolicySchema } from '../policy/schema.js'

const closed = { additionalProperties: false }
const text = (description: string, more: object = {}) =>
  Type.String({ minLength: 1, maxLength: 1024, description, ...more })
const NameText = { format: 'ledger-name', description: 'what people read: 1 to 64 characters on one line' }
const WordText = { format: 'ledger-word', description: '1 to 64 letters, digits, dots, - and _' }
const PORT = { minimum: 0, maximum: 65_535 }

/** Money in a file: decimal text of any size, or a whole number that JSON carries exactly. */
const Money = Type.Union(
  [Type.String({ pattern: '^(0|[1-9][0-9]{0,28})$' }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  { description: 'whole micro-credits, such as "2500000"' },
)

const AreaSchema = Type.Object(
  {
    lat: Type.Number({ minimum: -90, maximum: 90, description: 'degrees north' }),
    lon: Type.Number({ minimum: -180, maximum: 180, description: 'degrees east' }),
    radiusM: Type.Integer({ minimum: 1, maximum: 20_100_000, description: 'metres around the point' }),
  },
  closed,
)

const TermsSchema = Type.Object(
  {
    asset: text('asset of the prices', { default: 'credit' }),
    perGiB: Money,
    perHour: Money,
    trialMs: Type.Integer({ minimum: 100, maximum: 600_000, default: 2_000 }),
    restMs: Type.Integer({ minimum: 100, maximum: 3_600_000, default: 8_000 }),
    toleranceBps: Type.Integer({ minimum: 0, maximum: 10_000, default: 500 }),
    toleranceBytes: Type.Integer({ minimum: 0, maximum: 2 ** 40, default: 262_144 }),
    maxUnpaid: Money,
    maxUnpaidCap: Money,
    shares: Type.Array(Type.Object({ to: text('DID'), bps: Type.Integer({ minimum: 1, maximum: 10_000 }) }, closed), {
      maxItems: 8,
      default: [],
    }),
  },
  closed,
)

const OfferSchema = Type.Object(
  {
    key: Type.String({ pattern: '^[a-z0-9-]{1,32}$', description: 'own short name; keeps its meaning over restarts' }),
    name: Type.String(NameText),
    area: AreaSchema,
    slice: Type.String({ ...WordText, default: 'default' }),
    dataNetworks: Type.Array(Type.String(WordText), { maxItems: 16, default: ['internet'] }),
    terms: TermsSchema,
    rateKbps: Type.Optional(
      Type.Integer({
        minimum: 8,
        maximum: 32_000_000,
        description: 'nftables: kilobits a second for each client, both ways together',
      }),
    ),
    lifetimeMinutes: Type.Integer({ minimum: 2, maximum: 60 * 24 * 90, default: 60 * 24 }),
  },
  closed,
)

const UpstreamSchema = Type.Object(
  {
    node: text('base URL of the node whose offer carries our traffic', { format: 'http-url' }),
    offer: Type.Optional(text('id of the offer; the best one of that node otherwise')),
  },
  closed,
)

const IdentitySchema = Type.Object(
  {
    keyFile: Type.String({ default: 'identity.key', description: 'path, relative to dataDir' }),
    passphraseEnv: Type.Optional(text('name of the variable that holds the passphrase')),
    method: Type.Union([Type.Literal('key'), Type.Literal('conet')], {
      default: 'conet',
      description: 'did:key or did:conet',
    }),
  },
  { ...closed, default: {} },
)

const StateSyncSchema = Type.Object(
  {
    servers: Type.Array(text('RPC address of another member, host:port'), { minItems: 2, maxItems: 16 }),
    trustHeight: Type.Integer({ minimum: 1, description: "engine's height of a block that a trusted member told of" }),
    trustHash: Type.String({ pattern: '^[0-9A-Fa-f]{64}$', description: 'hash of that block' }),
  },
  closed,
)

/** How this node takes part in a consortium that CometBFT orders for (docs/adr/0009). */
const CometbftSchema = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', description: 'address on which peers connect; 0.0.0.0 for all' }),
    port: Type.Integer({ ...PORT, default: 26_656, description: 'port for peers; 0 takes a free one' }),
    external: Type.Optional(text('how peers reach it, host:port, if it differs')),
    peers: Type.Array(Type.String({ pattern: '^[0-9a-f]{40}@[^@,]+:[0-9]{1,5}$' }), {
      default: [],
      maxItems: 100,
      description: 'other members, <node id>@host:port',
    }),
    rpc: Type.Optional(text("address of CometBFT's own RPC for light clients and new members, host:port")),
    logLevel: Type.Union([Type.Literal('none'), Type.Literal('error'), Type.Literal('info'), Type.Literal('debug')], {
      default: 'error',
      description: 'of CometBFT; its log is ledger/cometbft/cometbft.log',
    }),
    stateSync: Type.Optional(StateSyncSchema),
  },
  { ...closed, default: {} },
)

const LedgerSchema = Type.Object(
  {
    engine: Type.Union([Type.Literal('solo'), Type.Literal('follow'), Type.Literal('cometbft')], { default: 'solo' }),
    url: Type.Optional(text('base URL of the node that is followed', { format: 'http-url' })),
    genesis: Type.Optional(text('path of the genesis file, relative to dataDir')),
    cometbft: CometbftSchema,
  },
  { ...closed, default: {} },
)

const ApiSchema = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', description: 'address to listen on' }),
    port: Type.Integer({ ...PORT, default: 8640, description: '0 takes a free one' }),
    publicUrl: Type.Optional(text('how others reach this API: http(s)://…, no query', { format: 'ledger-url' })),
    adminTokenFile: Type.String({ default: 'admin.token', description: 'path, relative to dataDir' }),
    adminRemote: Type.Boolean({ default: false, description: 'true lets the token work from other machines' }),
    hosts: Type.Array(Type.String(), { default: [], maxItems: 32, description: 'further names in the Host header' }),
  },
  { ...closed, default: {} },
)

const GatewaySchema = Type.Object(
  {
    kind: Type.Union([Type.Literal('proxy'), Type.Literal('nftables')], {
      default: 'proxy',
      description: 'proxy: programs, without root; nftables: whole devices on a Linux router, through its helper',
    }),
    helperSocket: Type.String({ default: '/run/conet/gateway.sock', description: 'nftables: socket of its helper' }),
    host: Type.String({ default: '127.0.0.1', description: 'address the proxy listens on' }),
    port: Type.Integer({ ...PORT, default: 0 }),
    advertiseHost: Type.Optional(text('host that grants name when it differs from the listening one')),
    advertisePort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    egressAllow: Type.Array(Type.String({ maxLength: 128 }), {
      default: [],
      maxItems: 256,
      description: 'address ranges, hosts or host:port that may be reached although they are private',
    }),
    upstream: Type.Optional(UpstreamSchema),
  },
  { ...closed, default: {} },
)

const PortalSchema = Type.Object(
  {
    host: Type.String({ default: '0.0.0.0', description: 'address guests reach the page at' }),
    port: Type.Integer({ ...PORT, default: 8642, description: '0 takes a free one' }),
    publicUrl: Type.Optional(text('where guests are sent, if it has a name', { format: 'http-url' })),
    certFile: Type.Optional(text('certificates in PEM for HTTPS, relative to dataDir; then publicUrl is https://…')),
    keyFile: Type.Optional(text('their key in PEM, relative to dataDir')),
    hosts: Type.Array(Type.String(), { default: [], maxItems: 32, description: 'further names of the page' }),
  },
  closed,
)

const NasSchema = Type.Object(
  {
    address: Type.String({ format: 'ip-address', description: 'IP address its RADIUS packets come from' }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 3799, description: 'takes Disconnect-Requests' }),
    secret: Type.String({ minLength: 8, maxLength: 128, description: 'shared secret, 8 to 128 characters' }),
  },
  closed,
)

const RadiusSchema = Type.Object(
  {
    host: Type.Union([Type.Literal('127.0.0.1'), Type.Literal('::1')], {
      default: '127.0.0.1',
      description: 'where FreeRADIUS asks: passwords pass here, so loopback only',
    }),
    port: Type.Integer({ ...PORT, default: 8641, description: '0 takes a free one' }),
    keyFile: Type.String({ default: 'radius.key', description: 'path, relative to dataDir; made at the first start' }),
    network: Type.String({ pattern: '^[A-Za-z0-9.:_-]{1,64}$', description: 'name of the network (SSID)' }),
    nas: Type.Array(NasSchema, { maxItems: 1_024, default: [], description: 'access points' }),
    interimSeconds: Type.Integer({ minimum: 1, maximum: 3_600, default: 60, description: 'Acct-Interim-Interval' }),
    serverName: Type.Optional(text('name in the certificate of FreeRADIUS')),
    certificateFile: Type.Optional(text('that certificate, PEM; clients are told its hash')),
  },
  closed,
)

const ChainSchema = Type.Object(
  {
    host: Type.String({ default: '0.0.0.0', description: 'address at which relays and terminals come in' }),
    port: Type.Integer({ ...PORT, default: 8650, description: '0 takes a free one' }),
  },
  closed,
)

const ReadModelSchema = Type.Object(
  {
    sqlite: Type.String({ default: 'readmodel.sqlite', description: 'path, relative to dataDir' }),
    url: Type.Optional(
      Type.String({ pattern: '^postgres(ql)?://', description: 'PostgreSQL; replaces the embedded one' }),
    ),
  },
  { ...closed, default: {} },
)

/** One node's configuration (design 2: node). Every member that can have a default has one. */
export const ConfigSchema = Type.Object(
  {
    dataDir: Type.String({
      minLength: 1,
      default: './conet-data',
      description: 'folder of everything the node keeps, relative to this file',
    }),
    name: Type.String({ ...NameText, default: 'conet node' }),
    networkType: Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', default: 'household' }),
    identity: IdentitySchema,
    ledger: LedgerSchema,
    api: ApiSchema,
    gateway: GatewaySchema,
    portal: Type.Optional(PortalSchema),
    radius: Type.Optional(RadiusSchema),
    chain: Type.Optional(ChainSchema),
    area: Type.Optional(AreaSchema),
    offers: Type.Array(OfferSchema, { default: [], maxItems: 64 }),
    policy: Type.Optional(PolicySchema),
    readModel: ReadModelSchema,
    log: Type.Object(
      {
        level: Type.Union(
          [
            Type.Literal('silent'),
            Type.Literal('fatal'),
            Type.Literal('error'),
            Type.Literal('warn'),
            Type.Literal('info'),
            Type.Literal('debug'),
            Type.Literal('trace'),
          ],
          { default: 'info' },
        ),
      },
      { ...closed, default: {} },
    ),
  },
  closed,
)

export type Config = Static<typeof ConfigSchema>
export type OfferConfig = Static<typeof OfferSchema>
export type TermsConfig = Static<typeof TermsSchema>
export type AreaConfig = Static<typeof AreaSchema>
