import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { LoadResult, LoadTask } from './client.ts'

export type Load = { run: (task: LoadTask) => Promise<LoadResult>; stop: () => void }

/** A client in a process of its own, so that making requests costs neither server its turn of the event loop. */
export function startLoad(): Load {
  const child = fork(new URL('./child.ts', import.meta.url))
  return {
    run: async (task) => {
      child.send(task)
      const [result] = (await once(child, 'message')) as [LoadResult]
      if (result.failures > 0) throw new Error(`${result.failures} answers were not 200.`)
      return result
    },
    stop: () => child.disconnect(),
  }
}

/** A request as it goes over the wire. */
export function toWire(port: number, method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    ...headers,
    ...(body && { 'content-length': String(Buffer.byteLength(body)) }),
  })
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}
