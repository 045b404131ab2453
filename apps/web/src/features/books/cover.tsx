import type { BookCard } from '@carrel/api/schema/books'
import { type CSSProperties, useCallback, useState } from 'react'
import { cn } from '#lib/class-names.ts'
import { clothOf } from '#lib/color.ts'
import { coverUrl } from '#lib/files.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { coverFit } from './cover-fit.ts'
import { thumbhashUrl } from './thumbhash.ts'

type CoverProps = {
  book: Pick<BookCard, 'id' | 'title' | 'authors' | 'language' | 'cover'>
  sizes: string
  alt?: string
  eager?: boolean
  className?: string
  style?: CSSProperties | undefined
}

/** A 2:3 box that never jumps: cloth, thumbhash or the cover's own colour first, then the picture. */
export function Cover({ book, sizes, alt = '', eager = false, className, style }: CoverProps) {
  const [failed, setFailed] = useState<string | null>(null)
  const { cover } = book
  const source = `${book.id} ${cover.version ?? ''}`
  const pictured = cover.state === 'ready' && failed !== source
  // Beside a picture that does not fill the box its blur would be seen.
  const hash = pictured && coverFit(cover.aspect) === 'fill' ? thumbhashUrl(cover.thumbhash) : null
  return (
    <div
      className={cn('@container relative aspect-2/3 overflow-hidden rounded-cover bg-soft-strong shadow-lift', className)}
      style={{ ...(pictured && cover.color !== null ? { backgroundColor: cover.color } : {}), ...style }}
    >
      {pictured ? (
        <>
          {hash !== null && <img aria-hidden alt="" src={hash} className="absolute inset-0 size-full scale-105 object-fill" />}
          <Picture key={source} book={book} sizes={sizes} alt={alt} eager={eager} onFail={() => setFailed(source)} />
        </>
      ) : (
        <TypesetCover title={book.title} authors={book.authors} language={book.language} alt={alt} />
      )}
      <span aria-hidden className="pointer-events-none absolute inset-0 rounded-[inherit] ring-1 ring-ink/10 ring-inset" />
    </div>
  )
}

function Picture({
  book,
  sizes,
  alt,
  eager,
  onFail,
}: Required<Pick<CoverProps, 'book' | 'sizes' | 'alt' | 'eager'>> & { onFail: () => void }) {
  const { organizationId } = useWorkspace()
  const [state, setState] = useState<'waiting' | 'fading' | 'there'>('waiting')
  const { version, aspect } = book.cover
  // A picture that the browser still holds is there at once and does not fade.
  const seen = useCallback((image: HTMLImageElement | null) => {
    if (image?.complete && image.naturalWidth > 0) setState('there')
  }, [])
  return (
    <img
      ref={seen}
      alt={alt}
      src={coverUrl(organizationId, book.id, 320, version)}
      srcSet={`${coverUrl(organizationId, book.id, 320, version)} 320w, ${coverUrl(organizationId, book.id, 640, version)} 640w`}
      sizes={sizes}
      loading={eager ? 'eager' : 'lazy'}
      decoding="async"
      draggable={false}
      onLoad={() => setState((now) => (now === 'there' ? now : 'fading'))}
      onError={onFail}
      className={cn(
        'absolute inset-0 size-full',
        coverFit(aspect) === 'fill' ? 'object-cover' : 'object-contain',
        state === 'waiting' && 'opacity-0',
        state === 'fading' && 'animate-appear',
      )}
    />
  )
}

function TypesetCover({
  title,
  authors,
  language,
  alt,
}: {
  title: string
  authors: readonly string[]
  language: string | null
  alt: string
}) {
  const { from, to } = clothOf(title)
  return (
    <div
      {...(alt === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': alt })}
      lang={language ?? undefined}
      dir="auto"
      className="absolute inset-0 flex flex-col justify-between px-[11%] py-[10%] font-serif text-[#f7f3ea]"
      style={{ background: `linear-gradient(160deg, ${from}, ${to})` }}
    >
      <span aria-hidden className="absolute inset-y-0 start-0 w-[4%] bg-black/12" />
      <span className="line-clamp-6 text-[clamp(7px,11cqi,27px)] leading-[1.22] font-[560] text-pretty">{title}</span>
      <span dir="auto" className="line-clamp-2 text-as-parent text-[clamp(5px,7.2cqi,16px)] leading-[1.3] opacity-85">
        {authors[0]}
      </span>
    </div>
  )
}
