import { encodeBase64url, MOST_TOGETHER, type Sha256, type Signer, signTogether, type Unsigned } from '@conet/core/wire'
import { statementHead } from './seal.js'
import type { LiveSession } from './session.js'

interface Leaving extends Unsigned {
  readonly session: LiveSession
}

export interface StatementPorts {
  readonly signer: Signer
  readonly sha256: Sha256
  /** A signed statement for whoever is on the session's line. */
  readonly send: (session: LiveSession, text: string) => void
}

/**
 * Signs statements as they leave, those that leave together under one signature (WIRE-11): a signature costs as much as the rest of
 * what a provider does for a statement, and with thousands of sessions several are due within a few milliseconds.
 */
export class Statements {
  readonly #ports: StatementPorts
  readonly #head: string
  /** There only while `together` runs. */
  #leaving: Leaving[] | undefined

  constructor(ports: StatementPorts) {
    this.#ports = ports
    this.#head = statementHead(ports.signer)
  }

  /** Signs and sends, at once or at the end of `together`; only a client that said so is given a signature with others. */
  send(session: LiveSession, { signingInput, hash }: Unsigned): void {
    const { channel } = session
    if (channel === undefined) return
    if (channel.together && this.#leaving !== undefined) this.#leaving.push({ session, signingInput, hash })
    else this.#ports.send(session, this.whole(signingInput))
  }

  /** A statement of ours under a signature of its own, the same text each time; any other text as it is. */
  whole(text: string): string {
    const isUnsigned = text.startsWith(this.#head) && !text.includes('.', this.#head.length)
    return isUnsigned ? `${text}.${encodeBase64url(this.#ports.signer.sign(text))}` : text
  }

  /** What is sent during `work` leaves at its end. */
  together(work: () => void): void {
    const leaving: Leaving[] = []
    this.#leaving = leaving
    try {
      work()
    } finally {
      this.#leaving = undefined
      for (let at = 0; at < leaving.length; at += MOST_TOGETHER) this.#sendAll(leaving.slice(at, at + MOST_TOGETHER))
    }
  }

  #sendAll(group: readonly Leaving[]): void {
    const texts = signTogether(group, this.#ports.signer, this.#ports.sha256)
    group.forEach(({ session }, i) => {
      this.#ports.send(session, texts[i] ?? '')
    })
  }
}
