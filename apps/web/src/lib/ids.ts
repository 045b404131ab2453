import { notFound } from '@tanstack/react-router'

const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const isId = (text: string): boolean => form.test(text)

/** Throws notFound for what cannot be an id: there is nothing at such an address. */
export function requireId(id: string): void {
  if (!isId(id)) throw notFound()
}
