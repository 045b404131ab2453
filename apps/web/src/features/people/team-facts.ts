import type { Team } from '@carrel/api/schema/teams'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

/** `4 people · 2 libraries`. */
export function teamFacts({ memberCount, libraryCount }: Team): string {
  return [
    t('team.facts', { count: memberCount, people: formatNumber(memberCount) }),
    ...(libraryCount > 0 ? [t('team.libraries', { count: libraryCount, libraries: formatNumber(libraryCount) })] : []),
  ].join(' · ')
}
