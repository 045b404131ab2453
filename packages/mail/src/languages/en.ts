import { type Catalogue, durationIn, momentIn } from '../catalogue.ts'
import { line, listOf } from '../line.ts'

const locale = 'en-GB'

export const en: Catalogue = {
  linkHint: 'If the button does not work, open this address in your browser:',
  footer: 'Sent automatically by Carrel, a library server.',
  invitation: ({ organization, inviter, roles, expiresAt }) => ({
    subject: line`${inviter} invited you to ${organization}`,
    heading: line`Join ${organization}`,
    lines: [
      line`${inviter} invited you to the workspace ${organization}. Its members browse and read the books that are kept there.`,
      ...(roles.length === 0 ? [] : [line`Your ${roles.length === 1 ? 'role' : 'roles'} there: ${listOf(roles, locale)}.`]),
      line`The invitation is valid until ${momentIn(locale, expiresAt)}.`,
    ],
    button: 'Accept the invitation',
    unexpected: 'Did you not expect this? Then delete this mail: without you, nothing happens.',
  }),
  passwordReset: ({ user, minutes }) => ({
    subject: line`Set a new password`,
    heading: line`Set a new password`,
    lines: [
      line`Hello ${user},`,
      line`Somebody, most likely you, asked for a new password for your account. The link works once, for ${durationIn(locale, minutes)}.`,
    ],
    button: 'Set a new password',
    unexpected: 'Was it not you? Then there is nothing to do: your password stays as it is.',
  }),
  accountMade: ({ user, minutes }) => ({
    subject: line`Your account is ready`,
    heading: line`Choose a password`,
    lines: [
      line`Hello ${user},`,
      line`The people who run this library server made an account for you. Choose a password to sign in. The link works once, for ${durationIn(locale, minutes)}.`,
    ],
    button: 'Choose a password',
    unexpected: 'Did you not expect this? Then delete this mail: without you, nothing happens.',
  }),
  verifyEmail: ({ user, minutes }) => ({
    subject: line`Confirm your email address`,
    heading: line`Confirm your email address`,
    lines: [
      line`Hello ${user},`,
      line`Please confirm that this address is yours, so that mail about your account can reach you. The link works once, for ${durationIn(locale, minutes)}.`,
    ],
    button: 'Confirm this address',
    unexpected: 'Did you not make an account? Then there is nothing to do: the address stays unconfirmed.',
  }),
  changeEmail: ({ user, newEmail, minutes }) => ({
    subject: line`Confirm your new email address`,
    heading: line`Confirm your new email address`,
    lines: [
      line`Hello ${user},`,
      line`Your account is to use ${newEmail} from now on. Please confirm the change: the link works once, for ${durationIn(locale, minutes)}. You are then signed out everywhere else.`,
    ],
    button: 'Confirm the change',
    unexpected: 'Did you not ask for this? Then do not open the link: no address is changed.',
  }),
  emailChanged: ({ user, newEmail }) => ({
    subject: line`Your email address was changed`,
    heading: line`Your email address was changed`,
    lines: [line`Hello ${user},`, line`Your account now uses ${newEmail}. Mail about it no longer comes to this address.`],
    unexpected: 'Was it not you? Then somebody else may be using your account: tell the people who run your library server at once.',
  }),
  test: ({ server, sender }) => ({
    subject: line`Test mail from ${server}`,
    heading: line`Mail works`,
    lines: [
      line`${sender} sent this mail to try the mail settings of ${server}. Invitations and password links will arrive in the same way.`,
    ],
    unexpected: 'There is nothing for you to do.',
  }),
}
