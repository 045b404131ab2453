import type { BookSources } from '@carrel/api/schema/books/edits'
import { Check } from 'lucide-react'
import { t } from '#lib/i18n.ts'
import type { Field } from './draft.ts'
import { editedFields, fieldLabel, toldText } from './field-text.ts'

/** What each source says of a book, the one that is believed first on top. */
export function SourcesPanel({ sources: { sources, edited, holds, locked } }: { sources: BookSources }) {
  const people = locked.filter((field) => field !== 'cover')
  return (
    <div className="flex flex-col gap-6">
      <p className="text-muted">{t('edit.sources.text')}</p>
      {people.length > 0 && <Source name={t('edit.sources.person')} id="person" fields={people} told={edited} holds={holds} />}
      {sources.map(({ kind, fileId, fileName, told }) => (
        <Source
          key={fileId}
          id={fileId}
          name={fileName}
          kind={t(kind === 'file' ? 'edit.sources.file' : 'edit.sources.sidecar')}
          fields={editedFields.filter((field) => toldText(field, told[field]) !== '')}
          told={told}
          holds={holds}
        />
      ))}
    </div>
  )
}

function Source({
  id,
  name,
  kind,
  fields: shown,
  told,
  holds,
}: {
  id: string
  name: string
  kind?: string
  fields: readonly Field[]
  told: BookSources['edited']
  holds: BookSources['holds']
}) {
  return (
    <section aria-labelledby={`source-${id}`}>
      <h3 id={`source-${id}`} className="text-small font-medium [overflow-wrap:anywhere]">
        <bdi>{name}</bdi>
        {kind !== undefined && <span className="ml-2 font-normal text-muted">{kind}</span>}
      </h3>
      {shown.length === 0 ? (
        <p className="mt-1.5 text-meta text-muted">{t('edit.sources.nothing')}</p>
      ) : (
        <dl className="mt-1.5 divide-y divide-line rounded-box border border-line">
          {shown.map((field) => {
            const value = told[field]
            return (
              <div
                key={field}
                className="grid grid-cols-[9rem_minmax(0,1fr)_1.25rem] gap-3 px-3.5 py-2 max-md:grid-cols-[minmax(0,1fr)_1.25rem]"
              >
                <dt className="text-meta text-muted max-md:col-span-2">{fieldLabel(field)}</dt>
                <dd dir="auto" className="min-w-0 text-as-parent text-small [overflow-wrap:anywhere]">
                  {(value === undefined ? '' : toldText(field, value as never)) || (
                    <span className="text-muted">{t('edit.sources.empty')}</span>
                  )}
                </dd>
                <dd>
                  {holds[field] === id && (
                    <Check role="img" aria-label={t('edit.sources.holds')} size={15} className="mt-0.5 text-accent" />
                  )}
                </dd>
              </div>
            )
          })}
        </dl>
      )}
    </section>
  )
}
