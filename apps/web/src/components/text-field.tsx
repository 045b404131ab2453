import { Field as BaseField } from '@base-ui/react/field'
import type { ComponentProps, ReactNode } from 'react'
import { Field, FieldDescription, FieldError, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { t } from '#lib/i18n.ts'

type TextFieldProps = Omit<ComponentProps<typeof Input>, 'name'> & { name: string; label: string; description?: ReactNode }

/** A labelled line of text with its messages; server errors arrive through the form by `name`. */
export function TextField({ name, label, description, ...input }: TextFieldProps) {
  return (
    <Field name={name}>
      <FieldLabel>{label}</FieldLabel>
      <Input {...input} />
      {description !== undefined && <FieldDescription>{description}</FieldDescription>}
      <FieldError match="valueMissing">{t('field.missing')}</FieldError>
      <FieldError match="typeMismatch">{t('field.email')}</FieldError>
      <FieldError match="tooShort">{t('field.tooShort', { min: input.minLength ?? 1 })}</FieldError>
      <BaseField.Validity>
        {/* Without a reason of the browser's own, what is left is what the server said. */}
        {({ validity }) => !validity.valueMissing && !validity.typeMismatch && !validity.tooShort && <FieldError />}
      </BaseField.Validity>
    </Field>
  )
}
