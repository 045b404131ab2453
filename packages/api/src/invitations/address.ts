import { foldAddress } from '@carrel/auth'
import { plainAddress } from '@carrel/mail'
import { Email } from '../setup/schema.ts'

/** The address in the one form that an account has it, its domain in ASCII; null for one that nobody could sign in with. */
export function signInAddress(text: string): string | null {
  const plain = plainAddress(text.trim())
  return plain === null ? null : (Email.safeParse(foldAddress(plain)).data ?? null)
}
