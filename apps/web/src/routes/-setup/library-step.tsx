import type { Library } from '@carrel/api/schema/libraries'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { LibraryForm } from '#features/libraries/library-form.tsx'
import { accountQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'

/** The first library of a workspace; the same question in the wizard and at home. */
export function LibraryStep({ secondary, onCreated }: { secondary?: ReactNode; onCreated: (library: Library) => void }) {
  const account = useQuery(accountQuery)
  return (
    <LibraryForm
      askVisibility={false}
      operator={account.data?.user.operator === true}
      submitLabel={t('setup.scan')}
      onCreated={onCreated}
      secondary={secondary}
    />
  )
}
