import type { PlayerId } from '../indicators/index.js'

/**
 * Means that the synthetic experts are made to give: importance, then the networks of the player in the order of the
 * model. Chosen so that the paper's orderings hold; none is a published number.
 */
export const TARGETS: Readonly<Record<PlayerId, Readonly<Record<string, readonly number[]>>>> = {
  user: {
    'convenience/operation': [4.5, 3.5, 3.7, 3.5, 3.3, 4.7],
    'convenience/login': [4, 3.7, 3.5, 3.5, 3.5, 4.8],
    'convenience/learning': [3.5, 3.5, 3.8, 3.7, 3.7, 4.5],
    'experience/stability': [4.7, 3.8, 3.5, 4.2, 3, 4.8],
    'experience/coverage': [4.7, 4.3, 2.8, 2.5, 2.7, 4.7],
    'experience/positioning': [3.5, 4, 3, 2.2, 2.8, 4.5],
    'experience/security': [4.5, 4, 3, 3.8, 3.2, 4.7],
    'experience/speed': [4.8, 3.3, 3.8, 4.5, 2.8, 4.8],
    'experience/no-sim': [3.3, 4.2, 4.5, 4.5, 3.8, 1.8],
    'cost/fee': [4.5, 4.3, 3.7, 2.8, 3.2, 2.3],
    'cost/package': [3.8, 4.3, 3.3, 2.7, 3.5, 3],
    'connection/public': [4.2, 4.5, 2.8, 2.3, 2.7, 4.7],
    'connection/private': [3.7, 4.3, 3.7, 3.5, 3.2, 3.5],
    'connection/freedom': [4.3, 4.5, 2.2, 1.7, 2.7, 4.5],
    'connection/continuity': [4.5, 4.5, 2.2, 2, 2.3, 4.5],
    'special/off-network': [3.7, 4.7, 2.3, 1.7, 3, 2.2],
    'special/weak-signal': [4.5, 4.5, 2.8, 2.5, 2.5, 3],
    'special/encrypted-files': [3.5, 4.3, 2.7, 2.5, 2.7, 3.3],
    'special/emergency': [4.2, 4.5, 2.2, 1.7, 2.7, 3.7],
    'compatibility/terminals': [4, 3, 4.8, 4, 3.8, 4.3],
    'compatibility/interworking': [3.8, 3, 4.5, 4.2, 3.8, 4.2],
  },
  sharer: {
    'convenience/steps': [4.3, 3.5, 3.5, 3.7],
    'convenience/access': [3.8, 3.7, 3.8, 3.7],
    'experience/quality': [4.5, 3.7, 3.5, 3.2],
    'experience/security': [4.7, 4.3, 3.2, 3.2],
    'experience/radiation': [3.3, 3.7, 3.5, 3.5],
    'revenue/reward': [4.7, 4.7, 1.8, 1.7],
    'revenue/terminal-loss': [4, 2.7, 3.3, 2.8],
    'added/incentives': [4, 4.5, 2.2, 2],
    'added/scenarios': [3.7, 4.3, 2.3, 2.2],
    'compatibility/terminals': [3.7, 3.3, 3.5, 3.5],
    'compatibility/software': [3.5, 3.3, 3.5, 3.3],
  },
  mno: {
    'cost/research': [4.2],
    'cost/operation': [4],
    'cost/transformation': [3.7],
    'cost/incentive': [4.7],
    'cost/opportunity': [3],
    'direct/coverage': [4.8],
    'direct/utilisation': [4.2],
    'direct/traffic': [3.8],
    'direct/stickiness': [4],
    'indirect/expansion': [4.3],
    'indirect/reserve': [3.7],
  },
}
