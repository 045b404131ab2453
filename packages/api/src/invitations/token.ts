import { createHash, randomBytes } from 'node:crypto'

/** A secret that opens something: 256 random bits, of which the database learns the SHA-256 alone. */
export const newToken = (): string => randomBytes(32).toString('base64url')
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()
/** Where a token is used, below the address of the server. */
export const joinPath = (token: string): string => `/join/${token}`
