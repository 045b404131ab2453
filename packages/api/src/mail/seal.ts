import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const cipher = 'aes-256-gcm'
const keyOf = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', 'carrel mail', 32))

/** Encrypts a text with the server's secret (AES-256-GCM, fresh nonce): links in waiting mails open doors. */
export function seal(secret: string, text: string): string {
  const nonce = randomBytes(12)
  const encrypt = createCipheriv(cipher, keyOf(secret), nonce)
  const body = Buffer.concat([encrypt.update(text, 'utf8'), encrypt.final()])
  return Buffer.concat([nonce, encrypt.getAuthTag(), body]).toString('base64url')
}

/** The text again. Throws when it was changed or sealed with another secret. */
export function unseal(secret: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decrypt = createDecipheriv(cipher, keyOf(secret), bytes.subarray(0, 12))
  decrypt.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decrypt.update(bytes.subarray(28)), decrypt.final()]).toString('utf8')
}
