export type Fb2Input = {
  title?: string
  /** Raw XML inside `title-info`, behind the title. */
  titleInfo?: string
  /** Raw XML inside `description`, behind `title-info`. */
  description?: string
  /** Raw XML inside the body. */
  body?: string
  cover?: Uint8Array
  /** Raw XML behind the body. */
  behind?: string
  /** What the declaration says; the text is for the caller to encode. */
  encoding?: string
}

/** A FictionBook 2 document. */
export function fb2Xml(input: Fb2Input = {}): string {
  const { title = 'A Book', titleInfo = '', description = '', cover, behind = '', encoding = 'UTF-8' } = input
  const body = input.body ?? '<section><title><p>One</p></title><p>Once.</p></section>'
  const picture = cover ? Buffer.from(cover).toString('base64').replace(/.{76}/g, '$&\n') : ''
  return `<?xml version="1.0" encoding="${encoding}"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">
<description><title-info><genre>prose</genre><book-title>${title}</book-title>${titleInfo}
${cover ? '<coverpage><image l:href="#cover.img"/></coverpage>' : ''}</title-info>${description}</description>
<body>${body}</body>${behind}
${cover ? `<binary id="cover.img" content-type="image/jpeg">${picture}</binary>` : ''}
</FictionBook>`
}
