import type { Noticing } from '@carrel/api/schema/watching'
import { t } from '#lib/i18n.ts'

/** How new books in a folder are noticed, in a sentence. */
export function noticingText({ mode, reason, fileSystem, pollMinutes }: Omit<Noticing, 'checkedAt'>): string {
  if (mode === 'watching') return t('noticing.watching')
  if (mode === 'off') return t('noticing.off')
  if (reason === 'limit') return t('noticing.limit', { count: pollMinutes })
  return fileSystem === null ? t('noticing.unknown', { count: pollMinutes }) : t('noticing.polling', { count: pollMinutes, fileSystem })
}
