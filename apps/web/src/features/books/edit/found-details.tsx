import type { BookDetail } from '@carrel/api/schema/books'
import type { Told } from '@carrel/api/schema/books/edits'
import type { LookupCandidate } from '@carrel/api/schema/lookup'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { DialogBody, DialogFooter } from '#components/ui/dialog.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { Cover } from '../cover.tsx'
import { fieldLabel } from './field-text.ts'
import { FoundCover } from './found-cover.tsx'
import { type FoundField, type Offer, offersOf, sourceName } from './found.ts'
import { useToastUndo } from './use-undo.ts'

type FoundDetailsProps = {
  book: BookDetail
  candidate: LookupCandidate
  current: Pick<Told, FoundField>
  onTake: (values: Partial<Told>) => void
  onBack: () => void
}

const focus = (element: HTMLElement | null): void => element?.focus()

/** What stands in each field now beside what was found; only what fills an empty field is chosen beforehand. */
export function FoundDetails({ book, candidate, current, onTake, onBack }: FoundDetailsProps) {
  const offers = offersOf(current, candidate.found)
  const [chosen, setChosen] = useState<ReadonlySet<FoundField>>(() => new Set(offers.flatMap(({ field, fills }) => (fills ? [field] : []))))
  const taken = offers.filter(({ field }) => chosen.has(field))
  return (
    <>
      <DialogBody className="pb-5">
        <h3 ref={focus} tabIndex={-1} className="font-medium outline-none">
          {t('lookup.from', { source: sourceName(candidate.source) })}
        </h3>
        {candidate.cover !== null && <CoverOffer book={book} candidate={candidate} cover={candidate.cover} />}
        {offers.length === 0 ? (
          <p className="mt-4 text-muted">{t('lookup.same')}</p>
        ) : (
          <>
            <div
              aria-hidden
              className="mt-4 grid grid-cols-[1.125rem_7rem_minmax(0,1fr)_minmax(0,1fr)] gap-3 px-3.5 pb-1.5 text-meta text-muted max-md:hidden"
            >
              <span className="col-start-3">{t('lookup.now')}</span>
              <span>{t('lookup.found')}</span>
            </div>
            <ul className="divide-y divide-line rounded-box border border-line max-md:mt-4">
              {offers.map((offer) => (
                <OfferRow
                  key={offer.field}
                  offer={offer}
                  chosen={chosen.has(offer.field)}
                  onChoose={(next) => {
                    const rest = [...chosen].filter((field) => field !== offer.field)
                    setChosen(new Set(next ? [...rest, offer.field] : rest))
                  }}
                />
              ))}
            </ul>
          </>
        )}
      </DialogBody>
      <DialogFooter>
        <p className="mr-auto self-center text-meta text-muted max-md:hidden">{t('lookup.take.hint')}</p>
        <Button variant="outline" onClick={onBack}>
          {t('lookup.allResults')}
        </Button>
        <Button disabled={taken.length === 0} onClick={() => onTake(Object.fromEntries(taken.map(({ field, value }) => [field, value])))}>
          {t('lookup.take')}
        </Button>
      </DialogFooter>
    </>
  )
}

function OfferRow({
  offer: { field, now, told, adds },
  chosen,
  onChoose,
}: {
  offer: Offer
  chosen: boolean
  onChoose: (chosen: boolean) => void
}) {
  const id = `found-${field}`
  return (
    <li>
      {/* oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the checkbox inside is a component */}
      <label className="grid cursor-pointer grid-cols-[1.125rem_7rem_minmax(0,1fr)_minmax(0,1fr)] gap-3 px-3.5 py-2.5 text-small transition-colors duration-150 hover:bg-soft has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent max-md:grid-cols-[1.125rem_minmax(0,1fr)] max-md:gap-y-1.5 max-md:py-3">
        <Checkbox
          className="mt-px"
          checked={chosen}
          onCheckedChange={(next) => onChoose(next)}
          aria-labelledby={id}
          aria-describedby={`${id}-now ${id}-found`}
        />
        <span id={id} className="font-medium">
          {fieldLabel(field)}
        </span>
        <Side id={`${id}-now`} label={t('lookup.now')} text={now} quiet />
        <Side id={`${id}-found`} label={t('lookup.found')} text={told} note={adds ? t('lookup.adds') : null} />
      </label>
    </li>
  )
}

function Side({
  id,
  label,
  text,
  note = null,
  quiet = false,
}: {
  id: string
  label: string
  text: string
  note?: string | null
  quiet?: boolean
}) {
  return (
    <span id={id} className="min-w-0 max-md:col-start-2">
      <span className="mr-1.5 text-meta text-muted md:sr-only">{label}</span>
      {note !== null && <span className="mr-1.5 text-meta text-muted">{note}</span>}
      {text === '' ? (
        <span className="text-muted">{t('lookup.nothing')}</span>
      ) : (
        <bdi dir="auto" className={quiet ? 'text-muted [overflow-wrap:anywhere]' : '[overflow-wrap:anywhere]'}>
          {text}
        </bdi>
      )}
    </span>
  )
}

/** A picture is not part of the form: it is put in place at once, and taken back at once. */
function CoverOffer({ book, candidate, cover }: { book: BookDetail; candidate: LookupCandidate; cover: string }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const toastUndo = useToastUndo()
  const [seen, setSeen] = useState(false)
  const take = useMutation(
    api.lookup.takeCover.mutationOptions({
      onSuccess: async ({ changeId }) => {
        await Promise.all([api.books.key(), api.edits.key()].map((queryKey) => client.invalidateQueries({ queryKey })))
        if (changeId) toastUndo(t('edit.cover.changed'), changeId)
      },
    }),
  )
  return (
    <div className="mt-3">
      <div className="flex items-end gap-4">
        <figure className="w-20">
          <figcaption className="mb-1 text-meta text-muted">{t('lookup.now')}</figcaption>
          <Cover book={book} eager sizes="80px" alt={t('book.coverOf', { title: book.title })} />
        </figure>
        <figure className="w-20">
          <figcaption className="mb-1 text-meta text-muted">{t('lookup.found')}</figcaption>
          <FoundCover candidate={candidate} alt={t('lookup.cover.alt')} className="w-full shadow-lift" onSeen={() => setSeen(true)} />
        </figure>
        <Button
          variant="outline"
          disabled={!seen || take.isPending || take.isSuccess}
          onClick={() => take.mutate({ bookId: book.id, cover })}
        >
          {take.isPending ? t('action.working') : t(take.isSuccess ? 'edit.cover.changed' : 'lookup.cover.use')}
        </Button>
      </div>
      <div aria-live="polite" className="mt-2.5 empty:hidden">
        <FormError error={take.error} />
      </div>
    </div>
  )
}
