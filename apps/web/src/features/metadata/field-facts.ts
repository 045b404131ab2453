import type { MetadataField, MetadataKind } from '@carrel/api/schema/metadata'
import { formatList } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

export const metadataKinds = ['text', 'number', 'date', 'flag', 'choice'] as const satisfies readonly MetadataKind[]

/** `One of: New, Worn`, `A number`. */
export function fieldFacts({ kind, choices }: MetadataField): string {
  return kind === 'choice' ? t('fields.choices', { names: formatList(choices.map(({ name }) => name)) }) : t(`fields.kind.${kind}`)
}
