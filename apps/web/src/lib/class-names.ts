import { type ClassValue, clsx } from 'clsx'
import { extendTailwindMerge } from 'tailwind-merge'

const merge = extendTailwindMerge({
  extend: {
    theme: { text: ['meta', 'small', 'base', 'section', 'page', 'book'], shadow: ['lift', 'float'], radius: ['cover', 'field', 'box'] },
  },
})

/** Joins class names; of conflicting Tailwind classes the last one holds. */
export function cn(...inputs: ClassValue[]): string {
  return merge(clsx(inputs))
}
