import type { Catalogue, Words } from './catalogue.ts'
import { pageOf } from './html.ts'
import { en } from './languages/en.ts'
import { ja } from './languages/ja.ts'
import { addressOf, nameOf, readerOf, subjectOf, textOf } from './line.ts'

/** What a mail is about. Names come as their owners wrote them; role names in the reader's language; links are http(s). */
export type MailTemplate =
  | { kind: 'invitation'; organizationName: string; inviterName: string; roles: readonly string[]; link: string; expiresAt: Date }
  | { kind: 'password-reset'; userName: string; link: string; expiresInMinutes: number }
  | { kind: 'account-made'; userName: string; link: string; expiresInMinutes: number }
  | { kind: 'verify-email'; userName: string; link: string; expiresInMinutes: number }
  | { kind: 'change-email'; userName: string; newEmail: string; link: string; expiresInMinutes: number }
  | { kind: 'email-changed'; userName: string; newEmail: string }
  | { kind: 'test'; serverName: string; sentBy: string }

export type RenderedMail = { subject: string; html: string; text: string }

const catalogues = { en, ja } satisfies Record<string, Catalogue>

/** The languages that mails are written in. */
export type MailLanguage = keyof typeof catalogues

/** The language of mails for a language tag such as `ja-JP`; English when there is none for it. */
export function mailLanguageOf(tag: string | null | undefined): MailLanguage {
  const language = tag?.toLowerCase().split(/[-_]/)[0] ?? ''
  return Object.hasOwn(catalogues, language) ? (language as MailLanguage) : 'en'
}

/** The language of mails that a browser asks for most by its Accept-Language; English when it asks for none of ours. */
export function mailLanguageAsked(acceptLanguage: string | null | undefined): MailLanguage {
  const asked = (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/)
      const quality = parameters.find((parameter) => parameter.startsWith('q='))
      return { language: tag.split('-')[0] ?? '', weight: quality === undefined ? 1 : Number(quality.slice(2)) }
    })
    .filter(({ language, weight }) => weight > 0 && Object.hasOwn(catalogues, language))
    .toSorted((a, b) => b.weight - a.weight)
  return mailLanguageOf(asked[0]?.language)
}

const maxRoles = 10

function wordsOf(template: MailTemplate, catalogue: Catalogue): Words {
  switch (template.kind) {
    case 'invitation':
      return catalogue.invitation({
        organization: nameOf(template.organizationName),
        inviter: nameOf(template.inviterName),
        roles: template.roles.slice(0, maxRoles).map(nameOf),
        expiresAt: template.expiresAt,
      })
    case 'password-reset':
      return catalogue.passwordReset({ user: readerOf(template.userName), minutes: template.expiresInMinutes })
    case 'account-made':
      return catalogue.accountMade({ user: readerOf(template.userName), minutes: template.expiresInMinutes })
    case 'verify-email':
      return catalogue.verifyEmail({ user: readerOf(template.userName), minutes: template.expiresInMinutes })
    case 'change-email':
      return catalogue.changeEmail({
        user: readerOf(template.userName),
        newEmail: addressOf(template.newEmail),
        minutes: template.expiresInMinutes,
      })
    case 'email-changed':
      return catalogue.emailChanged({ user: readerOf(template.userName), newEmail: addressOf(template.newEmail) })
    case 'test':
      return catalogue.test({ server: nameOf(template.serverName), sender: nameOf(template.sentBy) })
  }
}

function checkedLink(link: string): string {
  const url = URL.parse(link)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new TypeError('A link in a mail must be http or https')
  return url.href
}

/**
 * A mail as HTML and as text that says the same. Nothing in it is loaded from elsewhere or tells that it was read. Names lose
 * control and bidi characters, are cut at 100 characters, escaped, and kept from becoming links. Throws TypeError for a link
 * that is not http(s).
 */
export function renderMail(template: MailTemplate, language: MailLanguage): RenderedMail {
  const catalogue: Catalogue = catalogues[language]
  const words = wordsOf(template, catalogue)
  const link = 'link' in template ? checkedLink(template.link) : null
  const action = link === null || words.button === undefined ? null : { link, button: words.button, hint: catalogue.linkHint }
  return {
    subject: subjectOf(words.subject),
    html: pageOf(words, { language, action, footer: catalogue.footer }),
    text: `${[
      ...words.lines.map(textOf),
      ...(action === null ? [] : [`${action.button}\n${action.link}`]),
      words.unexpected,
      `-- \n${catalogue.footer}`,
    ].join('\n\n')}\n`,
  }
}
