import { execFile } from 'node:child_process'
import { createServer, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createOutgoing, isPublicAddress, OutgoingError, type Network, type OutgoingProblem, type Wanted } from './outgoing.ts'
import { standInFor, type StandIn } from './testing.ts'

const host = 'catalogue.example'
const at = (path: string) => new URL(path, `https://${host}`)
const wanted = (path = '/', more: Partial<Wanted> = {}): Wanted => ({
  url: at(path),
  hosts: [host],
  type: 'application/json',
  maxBytes: 1000,
  ...more,
})
const problemOf = async (waiting: Promise<unknown>): Promise<OutgoingProblem | 'none'> =>
  waiting.then(
    () => 'none' as const,
    (error: unknown) => {
      if (error instanceof OutgoingError) return error.problem
      throw error
    },
  )
const ask = (network: Network, asked = wanted()) => problemOf(createOutgoing(network).get(asked))
const json = { 'content-type': 'application/json' }
const standIn = (answer: Parameters<typeof standInFor>[1], hosts = [host]) => standInFor(hosts, answer)

describe('a public address', () => {
  test.each([
    ['127.0.0.1', '127.255.0.9', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254'],
    ['100.64.0.1', '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.9', '192.88.99.1', '224.0.0.1', '240.0.0.1'],
    ['255.255.255.255', '::', '::1', '::7f00:1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:0:7f00:1', '64:ff9b::7f00:1'],
    ['64:ff9b:1::a00:1', '2002:7f00:1::', '2001::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd12::1', 'ff02::1'],
    ['2001:db8::1', '3fff::1', '100::1', '4000::1', '5f00::1', '2001:2::1'],
    ['2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '127.1', '127.0.0.1 ', '', 'localhost', '1.2.3.4.5'],
  ])('is none of %s, %s, …', (...addresses) => {
    expect(addresses.filter((address) => isPublicAddress(address))).toEqual([])
  })

  test('is each that anybody can reach', () => {
    const open = ['8.8.8.8', '207.241.224.2', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2001:4860:4860::8888']
    expect(open.filter((address) => !isPublicAddress(address))).toEqual([])
  })
})

describe('where a request goes', () => {
  test.each(['127.0.0.1', '::1', '169.254.169.254', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '10.0.0.1', '100.64.0.1', 'fe80::1'])(
    'is nowhere when the name resolves to %s',
    async (address) => {
      await using server = await standIn((_, response) => response.writeHead(200, json).end('{}'))
      const network = { ...server.network, resolve: async () => [address], mayConnect: isPublicAddress }
      expect(await ask(network)).toBe('astray')
      expect(server.asked).toEqual([])
    },
  )

  test('is the public one of several addresses', async () => {
    await using server = await standIn((_, response) => response.writeHead(200, json).end('{}'))
    expect(await ask({ ...server.network, resolve: async () => ['10.0.0.1', '::1', '127.0.0.1', '169.254.169.254'] })).toBe('none')
    expect(server.asked).toHaveLength(1)
  })

  test('is what was checked, when the name resolves otherwise the next time', async () => {
    await using server = await standIn((request, response) =>
      request.url === '/again' ? response.writeHead(302, { location: '/' }).end() : response.writeHead(200, json).end('{}'),
    )
    // 127.0.0.1 counts as public here; the second answer does not.
    let resolved = 0
    const resolve = async () => ((resolved += 1) === 1 ? ['127.0.0.1'] : ['127.0.0.2'])
    expect(await ask({ ...server.network, resolve })).toBe('none')
    expect(resolved).toBe(1)
    resolved = 0
    expect(await ask({ ...server.network, resolve }, wanted('/again'))).toBe('astray')
    expect(server.asked.map(({ path }) => path)).toEqual(['/', '/again'])
  })

  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://other.example/',
    `https://${host}.other.example/`,
    `https://other-${host}/`,
    `https://${host}./`,
    `https://${host}:8443/`,
    `https://me:secret@${host}/`,
    `http://${host}/`,
    'file:///etc/passwd',
    'data:application/json,{}',
    '//other.example/',
    'https://[/',
    '',
  ])('is never where a redirect to %j leads', async (location) => {
    await using server = await standIn((request, response) =>
      request.url === '/' && location !== '' ? response.writeHead(302, { location }).end() : response.writeHead(307).end(),
    )
    expect(await ask(server.network)).toBe('astray')
    expect(server.asked).toHaveLength(1)
    expect(await ask(server.network, wanted('/', { url: URL.parse(location) ?? at('/none') }))).toBe('astray')
  })

  test('follows redirects among allowed hosts, three at most', async () => {
    const hosts = [host, 'covers.archive.example', 'archive.example']
    await using server = await standIn((request, response, { host: own }) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) return response.writeHead(200, json).end('{}')
      const next = hosts[(hosts.indexOf(own) + 1) % 2]
      return response.writeHead(302, { location: `https://${next}/${left - 1}`, 'set-cookie': 'session=1; Path=/' }).end()
    }, hosts)
    const allowed = { hosts: [host, '.archive.example'] }
    expect(await ask(server.network, wanted('/3', allowed))).toBe('none')
    expect(server.asked.map((one) => one.host)).toEqual([host, 'covers.archive.example', host, 'covers.archive.example'])
    for (const { headers } of server.asked) {
      expect(Object.keys(headers).toSorted()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent'])
      expect(headers).toMatchObject({ 'user-agent': 'Carrel', 'accept-encoding': 'identity', connection: 'close' })
    }
    expect(await ask(server.network, wanted('/4', allowed))).toBe('astray')
    expect(await ask(server.network, wanted('/0', { url: new URL('https://archive.example/0'), hosts: ['.archive.example'] }))).toBe(
      'astray',
    )
  })

  test('is no server whose certificate is not its own, or not trusted', async () => {
    await using server = await standIn((_, response) => response.writeHead(200, json).end('{}'), ['other.example'])
    expect(await ask(server.network)).toBe('unreachable')
    await using own = await standIn((_, response) => response.writeHead(200, json).end('{}'))
    const { ca: _ca, ...untrusting } = own.network
    expect(await ask(untrusting)).toBe('unreachable')
    expect([...server.asked, ...own.asked]).toEqual([])
  })

  test('is not the proxy of the environment, nor does it spare certificates', async () => {
    await using server = await standIn((_, response) => response.writeHead(200, json).end('{}'))
    const { port, ca } = server.network
    const program = `
      import { createOutgoing } from ${JSON.stringify(new URL('outgoing.ts', import.meta.url).href)}
      const network = { resolve: async () => ['127.0.0.1'], mayConnect: () => true, port: ${port} }
      const wanted = { url: new URL('https://${host}/'), hosts: ['${host}'], type: 'application/json', maxBytes: 1000 }
      for (const ca of [${JSON.stringify(ca)}, undefined])
        console.log(await createOutgoing({ ...network, ...(ca && { ca }) }).get(wanted).then(String, (error) => error.problem))`
    const proxied: Socket[] = []
    const proxy = createServer((socket) => void proxied.push(socket.destroy()))
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`
    const environment = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: address, HTTP_PROXY: address, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const ran = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env: environment })
    expect((await ran.finally(() => proxy.close())).stdout).toBe('{}\nunreachable\n')
    expect(proxied).toEqual([])
  })

  test('is nowhere when the name is not known', async () => {
    const resolve = () => Promise.reject(new Error('ENOTFOUND'))
    expect(await ask({ resolve, mayConnect: isPublicAddress, port: 443 })).toBe('unreachable')
    expect(await ask({ resolve: async () => [], mayConnect: isPublicAddress, port: 443 })).toBe('astray')
  })
})

describe('an answer', () => {
  const tooLong = 'x'.repeat(2000)
  const answers: [string, OutgoingProblem | 'none', (response: Parameters<Parameters<typeof standInFor>[1]>[1]) => unknown][] = [
    ['is taken as it is', 'none', (response) => response.writeHead(200, json).end('{"a":1}')],
    ['that asks for patience', 'busy', (response) => response.writeHead(429, { 'retry-after': '9' }).end()],
    ['of a broken server', 'failed', (response) => response.writeHead(500, json).end('{}')],
    ['that refuses', 'refused', (response) => response.writeHead(403, json).end('{}')],
    ['that has nothing', 'failed', (response) => response.writeHead(404, json).end('{}')],
    ['without a body', 'failed', (response) => response.writeHead(204).end()],
    ['of another type', 'unreadable', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}')],
    ['without a type', 'unreadable', (response) => response.writeHead(200).end('{}')],
    ['that is no JSON', 'unreadable', (response) => response.writeHead(200, json).end('{"a":')],
    ['that says it is long', 'too-large', (response) => response.writeHead(200, { ...json, 'content-length': 2000 }).write('x')],
    ['that is long', 'too-large', (response) => response.writeHead(200, json).end(tooLong)],
    ['that ends too early', 'unreachable', (response) => response.writeHead(200, { ...json, 'content-length': 9 }).write('{}', () => response.destroy())], // prettier-ignore
    ['that never comes', 'unreachable', (response) => response.destroy()],
    ['with endless headers', 'unreachable', (response) => response.writeHead(200, { ...json, 'x-long': 'x'.repeat(20_000) }).end('{}')],
    ['that is a bomb', 'unreadable', (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)))], // prettier-ignore
  ]
  test.each(answers)('%s: %s', async (_name, problem, answer) => {
    await using server = await standIn((_, response) => void answer(response))
    const began = Date.now()
    expect(await problemOf(createOutgoing(server.network).json(wanted()))).toBe(problem)
    expect(Date.now() - began).toBeLessThan(7000)
  })

  test('without an end is cut', async () => {
    let sent = 0
    await using server = await standIn((_, response) => {
      response.writeHead(200, json)
      const more = () => {
        sent += 1000
        if (!response.destroyed) response.write(tooLong, more)
      }
      more()
    })
    expect(await ask(server.network, wanted('/', { maxBytes: 100_000 }))).toBe('too-large')
    expect(sent).toBeLessThan(20_000_000)
  })

  test('that comes drop by drop, or not at all, is not waited for', { timeout: 20_000 }, async () => {
    await using dripping: StandIn = await standIn((_, response) => {
      response.writeHead(200, json)
      const timer = setInterval(() => response.write(' '), 100)
      response.on('close', () => clearInterval(timer))
    })
    await using silent = await standIn(() => {})
    const sockets = new Set<Socket>()
    const mute = createServer((socket) => void sockets.add(socket))
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const { port } = mute.address() as { port: number }
    const timed = async (network: Network) => {
      const began = Date.now()
      const problem = await ask(network, wanted('/', { maxBytes: 100_000 }))
      return [problem, Math.round((Date.now() - began) / 1000)]
    }
    try {
      const never = { ...silent.network, resolve: () => new Promise<never>(() => {}) }
      expect(
        await Promise.all([dripping.network, silent.network, { ...silent.network, port }, never].map((network) => timed(network))),
      ).toEqual([
        ['timeout', 8],
        ['timeout', 8],
        ['timeout', 3],
        ['timeout', 3],
      ])
    } finally {
      for (const socket of sockets) socket.destroy()
      mute.close()
    }
  })

  test('is not waited for when nobody wants it any more', async () => {
    const closed = Promise.withResolvers<void>()
    const leaving = new AbortController()
    await using server = await standIn((_, response) => {
      response.on('close', () => closed.resolve())
      leaving.abort(new Error('left'))
    })
    await expect(createOutgoing(server.network).get(wanted('/', { signal: leaving.signal }))).rejects.toThrow('left')
    await closed.promise
  })
})
