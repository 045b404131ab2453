import tls, { type ConnectionOptions } from 'node:tls'

/**
 * Loaded by a server before its own code: what it asks of other servers over https arrives at a stand-in on this machine, whose
 * certificate NODE_EXTRA_CA_CERTS names. The program itself has no switch for this.
 */
const port = Number(process.env['E2E_STAND_IN_PORT'])
const connect = tls.connect as (options: ConnectionOptions) => tls.TLSSocket
const detour = ({ lookup: _lookup, ...options }: ConnectionOptions) => connect({ ...options, host: '127.0.0.1', port })
tls.connect = detour as typeof tls.connect
