import { type MessageId, t } from '#lib/i18n.ts'

const names: Readonly<Record<string, MessageId>> = {
  author: 'role.author',
  translator: 'role.translator',
  illustrator: 'role.illustrator',
  editor: 'role.editor',
  narrator: 'role.narrator',
  artist: 'role.artist',
  foreword: 'role.foreword',
  afterword: 'role.afterword',
  introduction: 'role.introduction',
  photographer: 'role.photographer',
  designer: 'role.designer',
  publisher: 'role.publisher',
  contributor: 'role.contributor',
}

/** What somebody did for a book; a role without a word of its own is a contribution. */
export function roleName(role: string): string {
  return t(names[role] ?? 'role.contributor')
}
