import type { AuditEvent } from '@carrel/api/schema/audit'
import type { MetadataKind } from '@carrel/api/schema/metadata'
import { Collapsible } from '@base-ui/react/collapsible'
import { ChevronDown, ShieldAlert } from 'lucide-react'
import { formatList, formatMoment, formatTime } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { partsOf } from '#lib/isolates.ts'
import { isInUse, permissionText } from '#lib/permission-text.ts'
import { type Difference, differencesOf, type Names, sentenceOf } from './sentence.ts'

/** One thing that was done; opens to what was there before and after. */
export function EventRow({ event, names }: { event: AuditEvent; names: Names }) {
  const differences = differencesOf(event)
  return (
    <li>
      <Collapsible.Root>
        <Collapsible.Trigger className="group flex w-full items-start gap-3 rounded-box px-4.5 py-3 text-left hover:bg-soft/50">
          <span className="min-w-0 flex-1 text-pretty [overflow-wrap:anywhere]">
            {partsOf(sentenceOf(event, names)).map(({ at, text, name }) =>
              name ? (
                <bdi key={at} className="font-semibold">
                  {text}
                </bdi>
              ) : (
                text
              ),
            )}
            {event.impersonated && (
              <span className="ml-2 inline-flex items-center gap-1 rounded-full bg-warn-soft px-2 align-[1px] text-meta whitespace-nowrap text-warn">
                <ShieldAlert aria-hidden size={12} />
                {t('activity.operator')}
              </span>
            )}
          </span>
          <time dateTime={event.at} title={formatMoment(event.at)} className="tabular shrink-0 pt-px text-meta text-muted">
            {formatTime(event.at)}
          </time>
          <ChevronDown
            aria-hidden
            size={16}
            className="mt-0.5 shrink-0 text-muted transition-transform duration-150 group-data-panel-open:rotate-180"
          />
        </Collapsible.Trigger>
        <Collapsible.Panel className="px-4.5 pb-4">
          <div className="rounded-field bg-soft px-4 py-3 text-small">
            {differences.length > 0 && (
              <dl className="mb-2.5 grid gap-x-4 gap-y-2.5 md:grid-cols-[8rem_minmax(0,1fr)]">
                {differences.map((difference) => (
                  <DifferenceRow key={difference.field} difference={difference} names={names} />
                ))}
              </dl>
            )}
            <p className="text-meta text-muted">
              {[
                formatMoment(event.at),
                ...(event.address === null ? [] : [t('activity.from', { address: event.address })]),
                ...(event.impersonated ? [t('activity.operator.text')] : []),
              ].join(' · ')}
            </p>
          </div>
        </Collapsible.Panel>
      </Collapsible.Root>
    </li>
  )
}

function DifferenceRow({ difference, names }: { difference: Difference; names: Names }) {
  const { field, before, after } = difference
  const show = (value: unknown): string => valueText(field, value, names)
  return (
    <>
      <dt className="text-muted">{t(`activity.field.${field}`)}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">
        {before !== undefined && (
          <p className={after === undefined ? '' : 'text-muted line-through decoration-line-strong'}>
            <span className="sr-only">{t('activity.before')}: </span>
            <bdi>{show(before)}</bdi>
          </p>
        )}
        {after !== undefined && (
          <p>
            <span className="sr-only">{t('activity.after')}: </span>
            <bdi>{show(after)}</bdi>
          </p>
        )}
      </dd>
    </>
  )
}

const isMetadataKind = (text: string): text is MetadataKind => ['text', 'number', 'date', 'flag', 'choice'].includes(text)

function valueText(field: Difference['field'], value: unknown, names: Names): string {
  const texts = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')
  const known = texts.map((text) => {
    if (field === 'roles') return names.role(text)
    if (field === 'library') return names.library(text)
    if (field === 'visibility' && (text === 'organization' || text === 'restricted')) return t(`access.visibility.${text}`)
    if (field === 'level' && (text === 'viewer' || text === 'contributor' || text === 'editor' || text === 'manager'))
      return t(`level.${text}`)
    if (field === 'fieldKind' && isMetadataKind(text)) return t(`fields.kind.${text}`)
    if (field === 'permissions') return isInUse(text) ? permissionText(text) : null
    return text === '' ? t('activity.none') : text
  })
  const words = known.filter((text) => text !== null)
  return words.length === 0 ? t('activity.none') : formatList(words)
}
