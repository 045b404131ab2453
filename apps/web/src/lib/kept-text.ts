import { t } from './i18n.ts'

/** How long missing books are kept, as a sentence. */
export const keptText = (nights: number | null): string => (nights === null ? t('kept.forever') : t('kept.nights', { nights }))
