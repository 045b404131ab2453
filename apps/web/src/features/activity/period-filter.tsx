import { t } from '#lib/i18n.ts'

type Period = { from?: string; to?: string }

const field =
  'flex h-9.5 min-w-0 items-center gap-2 rounded-field border border-line bg-card pr-2 pl-3 text-muted focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:border-line-strong max-md:col-span-full max-md:h-11'

/** The first and the last day that is shown. */
export function PeriodFilter({ value: { from, to }, onChange }: { value: Period; onChange: (period: Period) => void }) {
  const day = (label: string, value: string | undefined, limits: { min?: string; max?: string }, set: (day: string) => void) => (
    <label className={field}>
      <span>{label}</span>
      <input
        type="date"
        value={value ?? ''}
        {...limits}
        onChange={(event) => set(event.target.value)}
        className="tabular min-w-0 flex-1 bg-transparent text-ink outline-none max-md:text-[1rem]"
      />
    </label>
  )
  const period = (next: { from: string; to: string }): Period => ({
    ...(next.from !== '' && { from: next.from }),
    ...(next.to !== '' && { to: next.to }),
  })
  return (
    <>
      {day(t('activity.filter.from'), from, to === undefined ? {} : { max: to }, (next) => onChange(period({ from: next, to: to ?? '' })))}
      {day(t('activity.filter.to'), to, from === undefined ? {} : { min: from }, (next) =>
        onChange(period({ from: from ?? '', to: next })),
      )}
    </>
  )
}
