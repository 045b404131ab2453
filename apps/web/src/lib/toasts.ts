import { Toast } from '@base-ui/react/toast'
import { describeError } from './error-text.ts'
import { t } from './i18n.ts'

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

/** What was just done, and can be taken back while this is shown. */
export function toastWithUndo(title: string, undo: () => void): void {
  const id = toasts.add({
    title,
    timeout: 10_000,
    actionProps: {
      children: t('action.undo'),
      onClick: () => {
        toasts.close(id)
        undo()
      },
    },
  })
}

export function toastError(error: unknown): void {
  const { title, text } = describeError(error)
  say({ title, description: text, type: 'error', priority: 'high' })
}
