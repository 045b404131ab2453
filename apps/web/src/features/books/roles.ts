import { type MessageId, t } from '#lib/i18n.ts'

/** One for each `ContributorRole` of packages/formats, which the web does not import. */
const names: Readonly<Record<string, MessageId>> = {
  author: 'role.author',
  illustrator: 'role.illustrator',
  translator: 'role.translator',
  editor: 'role.editor',
  narrator: 'role.narrator',
  artist: 'role.artist',
  penciller: 'role.penciller',
  inker: 'role.inker',
  colorist: 'role.colorist',
  letterer: 'role.letterer',
  'cover-artist': 'role.coverArtist',
  contributor: 'role.contributor',
}

export const contributorRoles: readonly string[] = Object.keys(names)

/** What somebody did for a book; a role without a word of its own is a contribution. */
export function roleName(role: string): string {
  return t(names[role] ?? 'role.contributor')
}
