import type { Library } from '@carrel/api/schema/libraries'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { buttonVariants } from '#components/ui/button.tsx'
import { LibraryForm } from '#features/libraries/library-form.tsx'
import { accountQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

export function LibraryStep({ onCreated }: { onCreated: (library: Library) => void }) {
  const { slug } = useWorkspace()
  const account = useQuery(accountQuery)
  return (
    <LibraryForm
      askVisibility={false}
      operator={account.data?.user.operator === true}
      submitLabel={t('setup.scan')}
      onCreated={onCreated}
      secondary={
        <Link to="/w/$slug" params={{ slug }} className={buttonVariants({ variant: 'ghost', size: 'large' })}>
          {t('setup.later')}
        </Link>
      }
    />
  )
}
