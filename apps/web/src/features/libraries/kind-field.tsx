import type { LibraryKind } from '@carrel/api/schema/libraries'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { t } from '#lib/i18n.ts'

export function KindField({ value, onChange }: { value: LibraryKind; onChange: (value: LibraryKind) => void }) {
  return (
    <fieldset>
      <legend id="library-kind" className="mb-1.5 text-small font-medium">
        {t('library.kind')}
      </legend>
      <RadioGroup
        aria-labelledby="library-kind"
        value={value}
        onValueChange={(next) => onChange(next)}
        className="grid gap-2.5 sm:grid-cols-2"
      >
        <RadioCard value="folders" title={t('library.kind.folders')} description={t('library.kind.folders.text')} />
        <RadioCard value="managed" title={t('library.kind.managed')} description={t('library.kind.managed.text')} />
      </RadioGroup>
    </fieldset>
  )
}
