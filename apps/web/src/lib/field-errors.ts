import { useMemo } from 'react'

const none: Record<string, string> = {}

/** Errors for a form, the same object until they change: a field stays invalid as long as it is given new ones. */
export function useFieldErrors(name: string, text: string | null): Record<string, string> {
  return useMemo(() => (text === null ? none : { [name]: text }), [name, text])
}
