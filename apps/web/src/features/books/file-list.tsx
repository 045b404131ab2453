import type { BookDetail } from '@carrel/api/schema/books'
import { FileText } from 'lucide-react'
import { Chip } from '#components/chip.tsx'
import { formatBytes, formatDate } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { SplitButton } from './split-button.tsx'

export function FileList({ book }: { book: BookDetail }) {
  return (
    <section aria-labelledby="files-title" className="mt-10">
      <h2 id="files-title" className="section-title mb-3">
        {t('files.title', { count: book.files.length })}
      </h2>
      <ul className="divide-y divide-line rounded-box border border-line bg-card">
        {book.files.map((file) => (
          <li key={file.id} className="flex items-center gap-3.5 px-4 py-3">
            <FileText aria-hidden size={19} strokeWidth={1.6} className="shrink-0 text-muted max-md:hidden" />
            <div className="min-w-0 flex-1">
              <p dir="ltr" className="[overflow-wrap:anywhere]">
                <span className="text-muted">{folderOf(file)}</span>
                {file.fileName}
              </p>
              <p className="tabular text-meta text-muted">
                {[file.format.toUpperCase(), formatBytes(file.size), t('files.modified', { date: formatDate(file.modifiedAt) })].join(
                  ' · ',
                )}
              </p>
            </div>
            {file.missing && <Chip className="shrink-0 bg-warn-soft text-warn">{t('files.missing')}</Chip>}
            {book.files.length > 1 && <SplitButton book={book} file={file} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The folders above a file, with a slash at the end; the server may name them with or without the file. */
function folderOf({ path, fileName }: BookDetail['files'][number]): string {
  const folder = path?.endsWith(fileName) ? path.slice(0, -fileName.length) : path
  return folder === null || folder === undefined || folder === '' ? '' : folder.replace(/\/?$/, '/')
}
