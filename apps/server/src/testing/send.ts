import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

export type Answer = {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  text: string
  /** The body as JSON, or undefined when it is none. */
  json: unknown
}

export type Request = {
  /** A list sends the header several times. */
  headers?: Record<string, string | readonly string[] | undefined>
  cookie?: string | undefined
  organization?: string | undefined
  /** Sent as it is; anything but text and bytes is sent as JSON. */
  body?: unknown
  /** Sends over a connection of its own, which the server may close. */
  alone?: boolean
  /** Writes the body in pieces without a length. */
  chunked?: boolean
  /** The default is the server's own origin on requests that write; null sends none. */
  origin?: string | null
}

export type Sender = ((method: string, path: string, options?: Request) => Promise<Answer>) & { end: () => void }

/** Plain HTTP, so that a test can send what a browser would not. */
export function createSender(port: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const send = (method: string, path: string, options: Request = {}): Promise<Answer> => {
    const raw = typeof options.body === 'string' || options.body instanceof Uint8Array
    const body =
      options.body === undefined ? undefined : raw ? Buffer.from(options.body as string) : Buffer.from(JSON.stringify(options.body))
    const origin =
      options.origin === undefined && !['GET', 'HEAD', 'OPTIONS'].includes(method) ? `http://127.0.0.1:${port}` : options.origin
    const headers: Record<string, string | string[]> = {}
    if (body && !options.chunked) headers['content-length'] = String(body.length)
    if (body && !raw) headers['content-type'] = 'application/json'
    if (options.cookie) headers.cookie = options.cookie
    if (options.organization !== undefined) headers['x-carrel-organization'] = options.organization
    if (typeof origin === 'string') headers.origin = origin
    for (const [name, value] of Object.entries(options.headers ?? {})) if (value !== undefined) headers[name] = value as string | string[]
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port, method, path, headers, agent: options.alone ? false : agent, timeout: 20_000 },
        (incoming) => {
          const parts: Buffer[] = []
          incoming.on('data', (part: Buffer) => parts.push(part))
          incoming.on('error', reject)
          incoming.on('end', () => {
            const bytes = Buffer.concat(parts)
            const text = bytes.toString()
            let json: unknown
            try {
              json = JSON.parse(text)
            } catch {
              json = undefined
            }
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: bytes, text, json })
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer to ${method} ${path.slice(0, 200)}`)))
      if (body && options.chunked) for (let at = 0; at < body.length; at += 65_536) outgoing.write(body.subarray(at, at + 65_536))
      else if (body) outgoing.write(body)
      outgoing.end()
    })
  }
  return Object.assign(send, { end: () => agent.destroy() })
}

export type EventStream = AsyncDisposable & {
  status: number
  /** Events so far. */
  events: unknown[]
  raw: () => string
  ended: Promise<void>
  /** Waits until an event is met that fits. */
  until: (fits: (event: unknown) => boolean, ms?: number) => Promise<unknown>
}

/** Opens the event stream of a person. */
export function openEvents(port: number, cookie: string | undefined): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/api/v1/events', headers: cookie ? { cookie } : {} }, (incoming) => {
      let raw = ''
      const events: unknown[] = []
      incoming.setEncoding('utf8')
      incoming.on('data', (text: string) => {
        raw += text
        events.length = 0
        for (const block of raw.split('\n\n').slice(0, -1)) {
          const data = block
            .split('\n')
            .filter((line) => line.startsWith('data: '))
            .map((line) => line.slice(6))
            .join('\n')
          if (data) events.push(JSON.parse(data))
        }
      })
      const ended = new Promise<void>((done) => {
        incoming.on('close', done)
        incoming.on('error', () => done())
      })
      resolve({
        status: incoming.statusCode ?? 0,
        events,
        raw: () => raw,
        ended,
        async until(fits, ms = 10_000) {
          for (const end = Date.now() + ms; Date.now() < end; await wait(20)) {
            const found = events.find(fits)
            if (found !== undefined) return found
          }
          throw new Error(`No such event; met ${JSON.stringify(events).slice(0, 2000)}`)
        },
        async [Symbol.asyncDispose]() {
          outgoing.destroy()
          await ended
        },
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}
