import type { IndicatorModel, PlayerModel, Primary } from './model.js'

const primary = (id: string, name: string, secondaries: Readonly<Record<string, string>>): Primary => ({
  id,
  name,
  secondaries: Object.entries(secondaries).map(([key, text]) => ({ id: key, name: text })),
})

const user: PlayerModel = {
  id: 'user',
  name: 'User',
  networks: ['p-ran', 'wifi', 'broadband', 'hotspot', 'mobile'],
  primaries: [
    primary('convenience', 'Convenience', {
      operation: 'use without extra operation',
      login: 'no repeated login',
      learning: 'little to learn',
    }),
    primary('experience', 'Network experience', {
      stability: 'stability',
      coverage: 'coverage',
      positioning: 'positioning accuracy',
      security: 'security',
      speed: 'speed',
      'no-sim': 'no SIM card needed',
    }),
    primary('cost', 'Cost', { fee: 'low fee for the same use', package: 'fits into the package one has' }),
    primary('connection', 'Connection', {
      public: 'public domain',
      private: 'private domain',
      freedom: 'geographic freedom',
      continuity: 'continuity on the move',
    }),
    primary('special', 'Special scenarios', {
      'off-network': 'point to point without a network',
      'weak-signal': 'use where the signal is weak',
      'encrypted-files': 'encrypted files nearby',
      emergency: 'emergency',
    }),
    primary('compatibility', 'Compatibility', {
      terminals: 'terminals that work with it',
      interworking: 'works across operators and billing',
    }),
  ],
}

const sharer: PlayerModel = {
  id: 'sharer',
  name: 'Sharer',
  networks: ['p-ran', 'wifi', 'hotspot'],
  primaries: [
    primary('convenience', 'Convenience', { steps: 'few steps to share', access: 'control of who gets in' }),
    primary('experience', 'Network experience', {
      quality: 'own use does not suffer',
      security: 'security and privacy of the shared node',
      radiation: 'radiation within the norm',
    }),
    primary('revenue', 'Sharing revenue and cost', {
      reward: 'revenue from sharing',
      'terminal-loss': 'little wear and power use of the terminal',
    }),
    primary('added', 'Added value', {
      incentives: 'incentives for time online',
      scenarios: 'applications to come',
    }),
    primary('compatibility', 'Compatibility', {
      terminals: 'terminals that can share',
      software: 'no special software',
    }),
  ],
}

const mno: PlayerModel = {
  id: 'mno',
  name: 'Mobile network operator',
  networks: [],
  primaries: [
    primary('cost', 'Cost', {
      research: 'research and development',
      operation: 'operation',
      transformation: 'network transformation',
      incentive: 'user incentives',
      opportunity: 'opportunity: effect on products sold today',
    }),
    primary('direct', 'Direct value', {
      coverage: 'coverage, and investment saved',
      utilisation: 'utilisation of the network',
      traffic: 'use of traffic left in packages',
      stickiness: 'users who stay',
    }),
    primary('indirect', 'Indirect value', {
      expansion: 'new business: industries, proximity, point to point, emergency',
      reserve: 'technology in reserve',
    }),
  ],
}

/**
 * The paper's players and primary indicators. Its tables of secondary indicators are not in the text we have: these
 * are reconstructed from the prose around them (VAL-4).
 */
export const REFERENCE_MODEL: IndicatorModel = {
  name: 'P-RAN value evaluation, secondary indicators reconstructed from prose',
  reconstructed: true,
  players: [user, sharer, mno],
}
