import { t } from './i18n.ts'

export type Device = { browser: string | null; system: string | null; kind: 'computer' | 'phone' | 'tablet' | 'other' }

type Rule = readonly [pattern: RegExp, name: string]

/** The first that fits; most browsers also claim to be those below them. */
const browsers: readonly Rule[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera|OPiOS|OPT)\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bDuckDuckGo\//, 'DuckDuckGo'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bSilk\//, 'Silk'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
]

const systems: readonly (readonly [...Rule, Device['kind']])[] = [
  [/\bKindle\b/, 'Kindle', 'tablet'],
  [/\bKobo\b/, 'Kobo', 'tablet'],
  [/\biPhone\b/, 'iPhone', 'phone'],
  [/\biPad\b/, 'iPad', 'tablet'],
  [/\bAndroid\b.*\bMobile\b/, 'Android', 'phone'],
  [/\bAndroid\b/, 'Android', 'tablet'],
  [/\bCrOS\b/, 'ChromeOS', 'computer'],
  [/\bWindows\b/, 'Windows', 'computer'],
  [/\b(?:Macintosh|Mac OS X|Darwin)\b/, 'macOS', 'computer'],
  [/\bLinux\b/i, 'Linux', 'computer'],
]

/** Browser and system in plain words; other programs by the name that they give themselves. */
export function describeDevice(userAgent: string | null): Device {
  const text = userAgent ?? ''
  const program = /^(?!Mozilla\b)([\w .-]{2,30}?)\//.exec(text)?.[1]
  const [, browser] = browsers.find(([pattern]) => pattern.test(text)) ?? []
  const [, system, kind] = systems.find(([pattern]) => pattern.test(text)) ?? []
  return { browser: browser ?? program ?? null, system: system ?? null, kind: kind ?? 'other' }
}

export function deviceText({ browser, system }: Device): string {
  if (browser === null) return system ?? t('account.sessions.unknown')
  return system === null ? browser : t('account.sessions.device', { browser, system })
}
