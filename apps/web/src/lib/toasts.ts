import { Toast } from '@base-ui/react/toast'
import { describeError } from './error-text.ts'

export const toasts = Toast.createToastManager()

export function toast(title: string, description?: string): void {
  toasts.add({ title, description })
}

export function toastError(error: unknown): void {
  const { title, text } = describeError(error)
  toasts.add({ title, description: text, type: 'error', priority: 'high' })
}
