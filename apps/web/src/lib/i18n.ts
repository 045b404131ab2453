import { setupI18n } from '@lingui/core'
import { en } from '#locales/en.ts'

export type MessageId = keyof typeof en
/** What a further language has to bring: a missing key does not compile. */
export type Catalogue = Readonly<Record<MessageId, string>>

type Values = Readonly<Record<string, string | number>>

const catalogues: Readonly<Record<string, () => Promise<Catalogue>>> = {
  en: () => Promise.resolve(en),
}

const i18n = setupI18n({ locale: 'en', messages: { en } })

/** The text of a message in the active language; ICU arguments by name. */
export function t(id: MessageId, values?: Values): string {
  return i18n._(id, values)
}

/** The active interface language, BCP 47, with the reader's region for dates and numbers. */
export function locale(): string {
  return regional(i18n.locale, navigator.languages)
}

/** Picks the reader's regional variant of the interface language: `en` read by `en-GB` is `en-GB`. */
export function regional(language: string, preferred: readonly string[]): string {
  return preferred.find((tag) => isTag(tag) && (tag === language || tag.startsWith(`${language}-`))) ?? language
}

/** A browser may say what is none, such as `en-US@posix`. */
function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}

export async function activateLocale(preferred: readonly string[] = navigator.languages): Promise<void> {
  const chosen = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in catalogues) ?? 'en'
  const load = catalogues[chosen]
  if (load) i18n.loadAndActivate({ locale: chosen, messages: await load() })
  document.documentElement.lang = i18n.locale
}
