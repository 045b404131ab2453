import { generateKeyPairSync, sign } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Network } from './outgoing.ts'

const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts)
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'))
const pem = (kind: string, der: Uint8Array) => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`
}

/** A certificate for these names (RFC 5280), signed by its own key. */
export function makeCertificate(names: readonly string[]): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from('Stand-in')))))
  const time = (text: string) => tlv(0x18, Buffer.from(text))
  const extension = (id: string, value: Uint8Array) => sequence(oid(id), tlv(0x04, value))
  const alternatives = sequence(...names.map((each) => tlv(0x82, Buffer.from(each))))
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    sequence(time('20000101000000Z'), time('20990101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(extension('551d11', alternatives), extension('551d13', sequence(tlv(0x01, Buffer.from([255])))))),
  )
  const signed = sequence(body, ecdsaWithSha256, tlv(0x03, Buffer.from([0]), sign('sha256', body, privateKey)))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, cert: pem('CERTIFICATE', signed) }
}

const address = '127.0.0.1'

export type Asked = { host: string; path: string; headers: IncomingHttpHeaders }
export type StandIn = AsyncDisposable & {
  /** Every name leads here. */
  network: Network
  port: number
  /** What was asked for so far. */
  asked: Asked[]
}

/** A TLS server that stands in for these hosts. */
export async function standInFor(
  hosts: readonly string[],
  answer: (request: IncomingMessage, response: ServerResponse, asked: Asked) => void,
): Promise<StandIn> {
  const { key, cert } = makeCertificate(hosts)
  const asked: Asked[] = []
  const server = createServer({ key, cert }, (request, response) => {
    const one = { host: request.headers.host?.split(':')[0] ?? '', path: request.url ?? '', headers: request.headers }
    asked.push(one)
    answer(request, response, one)
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const bound = server.address()
  if (!bound || typeof bound === 'string') throw new Error('no port')
  return {
    port: bound.port,
    asked,
    network: { resolve: () => Promise.resolve([address]), mayConnect: (to) => to === address, port: bound.port, ca: cert },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
