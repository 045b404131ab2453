import type { LookupAddress } from 'node:dns'
import { lookup as resolveName } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { callbackify } from 'node:util'
import ipaddr from 'ipaddr.js'

/**
 * Why nothing came of asking another server: it cannot be reached, leads to no public address or elsewhere (`astray`), takes too
 * long, asks for patience (`busy`), refuses us, fails, sends too much, or something that cannot be read.
 */
export type OutgoingProblem = 'unreachable' | 'astray' | 'timeout' | 'busy' | 'refused' | 'failed' | 'too-large' | 'unreadable'

export class OutgoingError extends Error {
  readonly problem: OutgoingProblem

  constructor(problem: OutgoingProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.problem = problem
  }
}

/** The world outside, as a request meets it. */
export type Network = {
  /** All addresses of a name. */
  resolve: (host: string) => Promise<readonly string[]>
  mayConnect: (address: string) => boolean
  port: number
  /** Certificates that are trusted instead of the usual ones. */
  ca?: string
}

const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]

/** True for an address that belongs to a host of the public internet, and to no special purpose (IANA's registries). */
export function isPublicAddress(text: string): boolean {
  // Other ways to write IPv4 (octal, hexadecimal, fewer parts) are no address here.
  if (isIP(text) === 0) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(globalUnicast)
}

export const theInternet: Network = {
  resolve: async (host) => (await resolveName(host, { all: true })).map(({ address }) => address),
  mayConnect: isPublicAddress,
  port: 443,
}

const limits = { connectMs: 3000, answerMs: 8000, redirects: 3, headerBytes: 16 * 1024 }

export type Wanted = {
  url: URL
  /** Hosts that may answer, and that redirects may lead to; `.example.org` stands for all below it. */
  hosts: readonly string[]
  /** Beginning of the media type. */
  type: 'application/json' | 'image/'
  /** Bytes of the answer at most. */
  maxBytes: number
  /** Ends the wait; its reason is thrown. */
  signal?: AbortSignal | undefined
}

export type Outgoing = {
  /** The body of the answer. Throws OutgoingError within 8 seconds. */
  get: (wanted: Wanted) => Promise<Buffer>
  /** The same as JSON. */
  json: (wanted: Omit<Wanted, 'type'>) => Promise<unknown>
}

/** Asks known servers by GET over https, without cookies, referrer and proxies. See docs/adr/0010-outgoing-requests.md. */
export function createOutgoing(network: Network): Outgoing {
  // An agent of its own takes no proxy from the environment, and no connection outlives its request.
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 })
  async function findPublic(host: string): Promise<[LookupAddress, ...LookupAddress[]]> {
    const addresses = await network.resolve(host).catch((error: unknown) => {
      throw new OutgoingError('unreachable', `${host} is not known`, { cause: error })
    })
    const [first, ...more] = addresses
      .filter((address) => network.mayConnect(address))
      .map((address) => ({ address, family: isIP(address) }))
    if (!first) throw new OutgoingError('astray', `${host} has no public address`)
    return [first, ...more]
  }
  // The connection is made to what is checked here, so that a name which resolves otherwise the next time gains nothing.
  const lookup: LookupFunction = (host, options, done) =>
    callbackify(findPublic)(host, (error, found) => {
      if (error) done(error, '')
      else if (options.all) done(null, found)
      else done(null, found[0].address, found[0].family)
    })

  function ask(url: URL, { type, hosts }: Wanted, signal: AbortSignal): Promise<IncomingMessage> {
    if (!isAllowed(url, hosts)) throw new OutgoingError('astray', `the way leads to ${url.protocol}//${url.host}`)
    return new Promise((resolve, reject) => {
      const outgoing = request({
        agent,
        lookup,
        signal,
        method: 'GET',
        host: url.hostname,
        servername: url.hostname,
        port: network.port,
        path: `${url.pathname}${url.search}`,
        headers: { 'user-agent': 'Carrel', accept: type === 'image/' ? 'image/*' : type, 'accept-encoding': 'identity' },
        maxHeaderSize: limits.headerBytes,
        rejectUnauthorized: true,
        ...(network.ca !== undefined && { ca: network.ca }),
      })
      const late = () => outgoing.destroy(new OutgoingError('timeout', `${url.hostname} cannot be reached in time`))
      const timer = setTimeout(late, limits.connectMs)
      outgoing.once('socket', (socket) => socket.once('secureConnect', () => clearTimeout(timer)))
      outgoing.once('close', () => clearTimeout(timer))
      outgoing.once('response', resolve)
      outgoing.on('error', reject)
      outgoing.end()
    })
  }

  async function follow(wanted: Wanted, signal: AbortSignal): Promise<Buffer> {
    let url = wanted.url
    for (let hops = 0; ; hops += 1) {
      const answer = await ask(url, wanted, signal)
      try {
        const next = redirectOf(answer, url)
        if (!next) return await read(answer, wanted)
        if (hops === limits.redirects) throw new OutgoingError('astray', 'the way leads on and on')
        url = next
      } finally {
        answer.destroy()
      }
    }
  }

  async function get(wanted: Wanted): Promise<Buffer> {
    wanted.signal?.throwIfAborted()
    const deadline = AbortSignal.timeout(limits.answerMs)
    const signal = wanted.signal ? AbortSignal.any([deadline, wanted.signal]) : deadline
    try {
      return await follow(wanted, signal)
    } catch (error) {
      if (wanted.signal?.aborted) throw wanted.signal.reason
      if (error instanceof OutgoingError) throw error
      if (deadline.aborted) throw new OutgoingError('timeout', `${wanted.url.hostname} did not answer in time`)
      throw new OutgoingError('unreachable', `${wanted.url.hostname} cannot be asked`, { cause: error })
    }
  }

  return {
    get,
    async json(wanted) {
      const body = await get({ ...wanted, type: 'application/json' })
      try {
        return JSON.parse(body.toString()) as unknown
      } catch {
        throw new OutgoingError('unreadable', `${wanted.url.hostname} did not answer with JSON`)
      }
    },
  }
}

/** Names alone are allowed, so that no address reaches the connection without being resolved and checked. */
function isAllowed({ protocol, hostname, port, username, password }: URL, hosts: readonly string[]): boolean {
  const named = hosts.some((host) => (host.startsWith('.') ? hostname.endsWith(host) : hostname === host))
  return protocol === 'https:' && named && `${port}${username}${password}` === ''
}

function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return null
  const to = location === undefined ? null : URL.parse(location, from.href)
  if (!to) throw new OutgoingError('astray', 'the way leads nowhere')
  return to
}

async function read(answer: IncomingMessage, { type, maxBytes }: Wanted): Promise<Buffer> {
  const { statusCode: status = 0, headers } = answer
  if (status === 429) throw new OutgoingError('busy', 'answered 429')
  if (status >= 400 && status < 500 && status !== 404) throw new OutgoingError('refused', `answered ${status}`)
  if (status !== 200) throw new OutgoingError('failed', `answered ${status}`)
  // What was asked for is the identity: anything packed could be a bomb.
  if (!['', 'identity'].includes(headers['content-encoding'] ?? '')) throw new OutgoingError('unreadable', 'answered packed')
  if (!headers['content-type']?.toLowerCase().startsWith(type)) throw new OutgoingError('unreadable', 'answered with another type')
  const tooLarge = () => new OutgoingError('too-large', `answered with more than ${maxBytes} bytes`)
  if (Number(headers['content-length']) > maxBytes) throw tooLarge()
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length
    if (length > maxBytes) throw tooLarge()
    parts.push(part)
  }
  return Buffer.concat(parts)
}
