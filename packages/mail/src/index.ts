export { isMailAddress, plainAddress } from './address.ts'
export { MailError, type MailErrorCode } from './error.ts'
export { createMailer, type Mail, type Mailer, type MailSettings, type Sent } from './mailer.ts'
export { type MailLanguage, mailLanguageAsked, mailLanguageOf, type MailTemplate, type RenderedMail, renderMail } from './templates.ts'
