import type { Visibility } from '@carrel/api/schema/libraries'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { t } from '#lib/i18n.ts'

export function VisibilityField({ value, onChange }: { value: Visibility; onChange: (value: Visibility) => void }) {
  return (
    <fieldset>
      <legend id="visibility" className="mb-1.5 text-small font-medium">
        {t('library.visibility')}
      </legend>
      <RadioGroup
        aria-labelledby="visibility"
        value={value}
        onValueChange={(next) => onChange(next)}
        className="grid gap-2.5 sm:grid-cols-2"
      >
        <RadioCard value="organization" title={t('visibility.organization')} description={t('visibility.organization.text')} />
        <RadioCard value="restricted" title={t('visibility.restricted')} description={t('visibility.restricted.text')} />
      </RadioGroup>
    </fieldset>
  )
}
