import { limits } from '@carrel/api/limits'
import { TextField } from '#components/text-field.tsx'
import { t } from '#lib/i18n.ts'

/** Why something is done; kept in the log. */
export function ReasonField({ value, onChange, description }: { value: string; onChange: (reason: string) => void; description: string }) {
  return (
    <TextField
      name="reason"
      label={t('admin.reason')}
      description={description}
      value={value}
      onValueChange={onChange}
      required
      maxLength={limits.reasonLength}
      autoComplete="off"
      dir="auto"
    />
  )
}
