import { useQuery } from '@tanstack/react-query'
import { Eye } from 'lucide-react'
import { useEffect, useState } from 'react'
import { accountQuery } from '#lib/account.ts'
import { formatTime } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { mayImpersonate, stopImpersonating } from '#lib/identity.ts'

/** Before the server ends it by itself, and the operator's own session with it. */
const aheadMs = 5000

/** On every page while an operator acts in the place of somebody: whose, until when, and the way out. */
export function ImpersonationBar() {
  const { data: account } = useQuery({ ...accountQuery, enabled: mayImpersonate })
  const [ending, setEnding] = useState(false)
  const until = account?.impersonation?.until
  const userId = account?.user.id
  useEffect(() => {
    if (until === undefined || userId === undefined) return
    const left = Date.parse(until) - Date.now()
    const timer = setTimeout(() => void stopImpersonating(userId), Math.max(0, left - aheadMs))
    return () => clearTimeout(timer)
  }, [until, userId])
  if (!account || until === undefined) return null
  return (
    <aside
      aria-label={t('impersonation.region')}
      className="sticky top-0 z-30 flex items-center gap-3 border-b border-line bg-warn-soft px-10 py-1.5 text-small max-lg:px-7 max-md:px-4.5 md:[body:has([data-side-bar])_&]:ml-62"
    >
      <Eye aria-hidden size={17} className="shrink-0 text-warn" />
      <p className="min-w-0 flex-1 [overflow-wrap:anywhere] max-md:line-clamp-2">
        {t('impersonation.text', { name: account.user.name, time: formatTime(until) })}
      </p>
      <button
        type="button"
        disabled={ending}
        onClick={() => {
          setEnding(true)
          void stopImpersonating(account.user.id).finally(() => setEnding(false))
        }}
        className="min-h-9 shrink-0 rounded-field border border-line-strong bg-card px-3 font-medium hover:bg-soft max-md:min-h-11 pointer-coarse:min-h-11"
      >
        {t('impersonation.end')}
      </button>
    </aside>
  )
}
