import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { Input } from '#components/ui/input.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import { errorCode } from '#lib/error-text.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { formatDate, formatTime, formatWeekday } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { readSchedule, writeSchedule, type ScheduleChoice } from './schedule.ts'

type Upkeep = NonNullable<LibraryDetail['upkeep']>

/** Whether changes in the folders are noticed by themselves, and when the library is scanned anyway. */
export function LibraryUpkeep({ libraryId, upkeep }: { libraryId: string; upkeep: Upkeep }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const watchId = useId()
  const watch = useMutation(
    api.libraries.update.mutationOptions({
      onError: toastError,
      onSuccess: () => client.invalidateQueries({ queryKey: api.libraries.key() }),
    }),
  )
  return (
    <section aria-labelledby={`${watchId}-title`}>
      <h2 id={`${watchId}-title`} className="section-title">
        {t('upkeep.title')}
      </h2>
      <div className="mt-3 divide-y divide-line rounded-box border border-line bg-card">
        <div className="flex min-h-15 items-center gap-4 px-4 py-3">
          <div className="min-w-0 flex-1">
            <label htmlFor={`${watchId}-switch`} className="block cursor-pointer font-medium">
              {t('upkeep.watch')}
            </label>
            <p id={watchId} className="text-meta text-muted">
              {t('upkeep.watch.text')}
            </p>
          </div>
          <Switch
            id={`${watchId}-switch`}
            aria-describedby={watchId}
            checked={watch.isPending ? (watch.variables.watch ?? upkeep.watch) : upkeep.watch}
            disabled={watch.isPending}
            onCheckedChange={(next) => watch.mutate({ libraryId, watch: next })}
          />
        </div>
        <SchedulePicker key={upkeep.schedule} libraryId={libraryId} upkeep={upkeep} />
      </div>
    </section>
  )
}

const kinds = ['off', 'daily', 'weekly', 'custom'] as const
const days = [1, 2, 3, 4, 5, 6, 0] as const

function SchedulePicker({ libraryId, upkeep }: { libraryId: string; upkeep: Upkeep }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const id = useId()
  const saved = readSchedule(upkeep.schedule)
  const [choice, setChoice] = useState<ScheduleChoice>(saved)
  const schedule = writeSchedule(choice)
  const save = useMutation(
    api.libraries.update.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: api.libraries.key() })
        toast(t('settings.saved'))
      },
    }),
  )
  const code = errorCode(save.error)
  const tooOften = code === 'SCHEDULE_TOO_OFTEN'
  const refused = tooOften || code === 'SCHEDULE_INVALID' || code === 'BAD_REQUEST'
  const errors = useFieldErrors('cron', refused ? t(tooOften ? 'error.scheduleTooOften.text' : 'error.schedule.text') : null)
  const time = 'time' in choice ? choice.time : '03:00'
  const choose = (next: ScheduleChoice): void => {
    setChoice(next)
    save.reset()
  }
  const become: Record<(typeof kinds)[number], () => ScheduleChoice> = {
    off: () => ({ kind: 'off' }),
    daily: () => ({ kind: 'daily', time }),
    weekly: () => ({ kind: 'weekly', day: 1, time }),
    custom: () => ({ kind: 'custom', cron: schedule ?? '0 3 * * *' }),
  }
  return (
    <Form
      className="flex flex-col gap-3 px-4 py-3.5"
      errors={errors}
      onFormSubmit={() => schedule !== undefined && !save.isPending && save.mutate({ libraryId, schedule })}
    >
      <div>
        <label htmlFor={id} className="block font-medium">
          {t('upkeep.schedule')}
        </label>
        <p id={`${id}-text`} className="text-meta text-muted">
          {upkeep.nextRunAt === null
            ? t('upkeep.schedule.text')
            : t('upkeep.next', { date: formatDate(upkeep.nextRunAt), time: formatTime(upkeep.nextRunAt), zone: upkeep.timeZone })}
        </p>
      </div>
      <div className="flex flex-wrap items-start gap-2">
        <NativeSelect
          id={id}
          aria-describedby={`${id}-text`}
          className="min-w-44 flex-1"
          value={choice.kind}
          onChange={({ target }) => {
            const kind = kinds.find((each) => each === target.value)
            if (kind) choose(become[kind]())
          }}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`upkeep.schedule.${kind}`)}
            </option>
          ))}
        </NativeSelect>
        {choice.kind === 'weekly' && (
          <NativeSelect
            aria-label={t('upkeep.day')}
            className="min-w-36 flex-1"
            value={choice.day}
            onChange={({ target }) => choose({ ...choice, day: Number(target.value) })}
          >
            {days.map((day) => (
              <option key={day} value={day}>
                {formatWeekday(day)}
              </option>
            ))}
          </NativeSelect>
        )}
        {'time' in choice && (
          <Input
            type="time"
            required
            aria-label={t('upkeep.time', { zone: upkeep.timeZone })}
            className="w-32"
            value={choice.time}
            onValueChange={(next) => choose({ ...choice, time: next })}
          />
        )}
      </div>
      {choice.kind === 'custom' && (
        <TextField
          name="cron"
          label={t('upkeep.cron')}
          description={t('upkeep.cron.text', { zone: upkeep.timeZone })}
          value={choice.cron}
          onValueChange={(cron) => choose({ kind: 'custom', cron })}
          required
          maxLength={100}
          dir="ltr"
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
        />
      )}
      {!refused && <FormError error={save.error} />}
      {schedule !== upkeep.schedule && (
        <div>
          <Button type="submit" disabled={save.isPending || schedule === undefined}>
            {save.isPending ? t('action.working') : t('action.save')}
          </Button>
        </div>
      )}
    </Form>
  )
}
