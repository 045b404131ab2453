import { createConnection, type Socket } from 'node:net'

export type LoadTask = {
  port: number
  connections: number
  durationMs: number
  /** Whole requests as they go over the wire, with all headers; connections take them in turn. */
  requests: readonly string[]
}
export type LoadResult = { requestsPerSecond: number; bytesPerSecond: number; p50Ms: number; p99Ms: number; failures: number }

const headEnd = Buffer.from('\r\n\r\n')

/** Reads answers of one kept-alive connection, one at a time; knows just enough HTTP to find their ends. */
class AnswerReader {
  #head: Buffer | null = null
  #left = 0
  #chunked = false
  #tail = Buffer.alloc(0)
  status = 0

  /** True when these bytes complete the answer. */
  take(bytes: Buffer): boolean {
    if (this.#left > 0) {
      this.#left -= bytes.length
      return this.#left <= 0
    }
    if (this.#chunked) {
      this.#tail = Buffer.concat([this.#tail, bytes]).subarray(-5)
      return this.#isLastChunk()
    }
    const all: Buffer = this.#head ? Buffer.concat([this.#head, bytes]) : bytes
    const end = all.indexOf(headEnd)
    if (end === -1) {
      this.#head = all
      return false
    }
    this.#head = null
    const head = all.toString('latin1', 0, end)
    this.status = Number(head.slice(9, 12))
    const body = all.length - end - headEnd.length
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length !== undefined) {
      this.#left = Number(length) - body
      return this.#left <= 0
    }
    this.#chunked = /\r\ntransfer-encoding: *chunked/i.test(head)
    if (!this.#chunked) return true
    this.#tail = Buffer.from(all.subarray(-5))
    return this.#isLastChunk()
  }

  #isLastChunk(): boolean {
    if (this.#tail.toString('latin1') !== '0\r\n\r\n') return false
    this.#chunked = false
    return true
  }
}

/** Sends requests one after another on each connection until the time is over. */
export async function runLoad({ port, connections, durationMs, requests }: LoadTask): Promise<LoadResult> {
  const wires = requests.map((request) => Buffer.from(request))
  const latencies: number[] = []
  let bytesRead = 0
  let failures = 0
  let next = 0
  const startedAt = performance.now()
  const endsAt = startedAt + durationMs

  const runOne = () =>
    new Promise<void>((resolve, reject) => {
      const socket: Socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
      const reader = new AnswerReader()
      let sentAt = 0
      const send = () => {
        sentAt = performance.now()
        if (sentAt >= endsAt) {
          socket.destroy()
          return resolve()
        }
        socket.write(wires[next % wires.length] as Buffer)
        next += 1
      }
      socket.once('connect', send)
      socket.once('error', reject)
      socket.once('close', () => (performance.now() < endsAt ? reject(new Error('The server closed a connection.')) : resolve()))
      socket.on('data', (bytes: Buffer) => {
        bytesRead += bytes.length
        if (!reader.take(bytes)) return
        if (reader.status !== 200) failures += 1
        latencies.push(performance.now() - sentAt)
        send()
      })
    })
  await Promise.all(Array.from({ length: connections }, runOne))
  const seconds = (performance.now() - startedAt) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN
  return { requestsPerSecond: latencies.length / seconds, bytesPerSecond: bytesRead / seconds, p50Ms: at(0.5), p99Ms: at(0.99), failures }
}
