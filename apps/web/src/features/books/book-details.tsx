import type { BookDetail } from '@carrel/api/schema/books'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { cn } from '#lib/class-names.ts'
import { formatDate, formatLanguage, formatList, formatPublished } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { readableIdentifier } from './identifiers.ts'
import { metadataText } from './metadata-text.ts'

/** Everything known of a book, where it is known. */
export function BookDetails({ book }: { book: BookDetail }) {
  const { slug } = useWorkspace()
  const lang = book.language ?? undefined
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(220px,1fr))] gap-x-7 gap-y-4.5 border-t border-line pt-5.5 max-md:grid-cols-2 max-md:gap-x-5">
      {book.published !== null && <Detail label={t('detail.published')}>{formatPublished(book.published)}</Detail>}
      {book.publisher !== null && (
        <Detail label={t('detail.publisher')}>
          <bdi lang={lang}>{book.publisher}</bdi>
        </Detail>
      )}
      {book.languages.length > 0 && <Detail label={t('detail.language')}>{formatList(book.languages.map(formatLanguage))}</Detail>}
      <Detail label={t('detail.library')}>
        <Link
          to="/w/$slug/libraries/$libraryId"
          params={{ slug, libraryId: book.libraryId }}
          className="rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-accent"
        >
          <bdi>{book.libraryName}</bdi>
        </Link>
      </Detail>
      <Detail label={t('detail.added')}>{formatDate(book.addedAt)}</Detail>
      {book.layout === 'fixed' && <Detail label={t('detail.layout')}>{t('detail.layout.fixed')}</Detail>}
      {book.drm !== null && <Detail label={t('detail.drm')}>{book.drm}</Detail>}
      {book.identifiers.map(readableIdentifier).map(({ name, value }) => (
        <Detail key={`${name} ${value}`} label={name} wide={value.length > wideFrom}>
          <bdi dir="ltr" className="tabular">
            {value}
          </bdi>
        </Detail>
      ))}
      {book.metadata.map((held) => (
        <Detail key={held.fieldId} label={held.name} wide={metadataText(held).length > wideFrom}>
          <span dir="auto" className="block text-as-parent whitespace-pre-line [overflow-wrap:anywhere]">
            {metadataText(held)}
          </span>
        </Detail>
      ))}
      {book.tags.length > 0 && (
        <div className="col-span-full">
          <dt className="text-meta text-muted">{t('detail.tags')}</dt>
          <dd className="mt-1.5 flex flex-wrap gap-1.5" lang={lang}>
            {book.tags.map((tag) => (
              <span key={tag} dir="auto" className="max-w-full truncate rounded-full bg-soft px-2.5 py-1 text-meta">
                {tag}
              </span>
            ))}
          </dd>
        </div>
      )}
    </dl>
  )
}

/** A longer identifier has the width of a phone for itself. */
const wideFrom = 20

function Detail({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={cn('min-w-0', wide && 'max-md:col-span-full')}>
      <dt className="text-meta text-muted">{label}</dt>
      <dd className="mt-0.5">{children}</dd>
    </div>
  )
}
