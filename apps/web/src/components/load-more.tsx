import { useEffect, useRef } from 'react'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

type Endless = { hasNextPage: boolean; isFetchingNextPage: boolean; isFetchNextPageError: boolean; fetchNextPage: () => Promise<unknown> }

/** The end of an endless list: asks for more when it comes near, and can be pressed when that failed. */
export function LoadMore({ list }: { list: Endless }) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list
  const end = useRef<HTMLDivElement>(null)
  const waiting = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  useEffect(() => {
    if (!waiting || !end.current) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void fetchNextPage(), { rootMargin: '600px' })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [waiting, fetchNextPage])
  if (!hasNextPage) return null
  return (
    <div ref={end} className="mt-5 text-center">
      <Button variant="outline" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {t(isFetchNextPageError ? 'action.retry' : isFetchingNextPage ? 'action.working' : 'action.more')}
      </Button>
    </div>
  )
}
