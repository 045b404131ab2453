import { Toast } from '@base-ui/react/toast'
import { describeError } from './error-text.ts'

export const toasts = Toast.createToastManager()

type Message = Parameters<typeof toasts.add>[0]

/** What was said before there was a place to show it; null from then on. */
let waiting: Message[] | null = []

function say(message: Message): void {
  if (waiting) waiting.push(message)
  else toasts.add(message)
}

/** The place to show toasts is there. */
export function showToasts(): void {
  const held = waiting ?? []
  waiting = null
  for (const message of held) toasts.add(message)
}

export function toast(title: string, description?: string): void {
  say({ title, description })
}

/** Says what was done, with a button that takes it back. */
export function toastUndo(title: string, label: string, undo: () => void): void {
  let id = ''
  const onClick = () => {
    toasts.close(id)
    undo()
  }
  id = toasts.add({ title, timeout: 10_000, actionProps: { children: label, onClick } })
}

export function toastError(error: unknown): void {
  const { title, text } = describeError(error)
  say({ title, description: text, type: 'error', priority: 'high' })
}
