import { describe, expect, it } from 'vitest'
import { packageXml } from '../testing.ts'
import { readMetadata } from './metadata.ts'
import { parsePackage } from './package.ts'

const bare = { title: null, language: null, identifier: null }

function about(metadata: string) {
  return readMetadata(parsePackage(packageXml({ ...bare, metadata })))
}

describe('titles', () => {
  it('takes the main title and the subtitle whatever their order', () => {
    const { title, subtitle, sortTitle } = about(`
      <dc:title id="s">or, The Whale</dc:title><meta refines="#s" property="title-type">subtitle</meta>
      <dc:title id="m">Moby-Dick</dc:title><meta refines="#m" property="title-type">main</meta>
      <meta refines="#m" property="file-as">Moby Dick</meta>`)
    expect([title, subtitle, sortTitle]).toEqual(['Moby-Dick', 'or, The Whale', 'Moby Dick'])
  })

  it('orders titles without types by display-seq', () => {
    const { title } = about(`
      <dc:title id="b">Second</dc:title><meta refines="#b" property="display-seq">2</meta>
      <dc:title id="a">First</dc:title><meta refines="#a" property="display-seq">1</meta>`)
    expect(title).toBe('First')
  })

  it('keeps numbers, scripts and markup as the text they are', () => {
    expect(about('<dc:title>1984</dc:title>').title).toBe('1984')
    expect(about('<dc:title>草枕</dc:title>').title).toBe('草枕')
    expect(about('<dc:title>&lt;b&gt;Bold&lt;/b&gt; &amp; more</dc:title>').title).toBe('<b>Bold</b> & more')
    expect(about('<dc:title>e\u0301te\u0301</dc:title>').title).toBe('été')
    expect(about('<dc:title>R&eacute;sum&eacute;&nbsp;&mdash; x</dc:title>').title).toBe('Résumé — x')
  })

  it('removes control characters and folds white space', () => {
    expect(about('<dc:title> a\u0000b\u0007\n\t c&#0;&#xD800; </dc:title>').title).toMatch(/^ab c\ufffd*$/)
  })

  it('cuts after 1,000 characters and never within one', () => {
    const { title } = about(`<dc:title>x${'𝒳'.repeat(2_000)}</dc:title>`)
    expect(title).toHaveLength(999)
    expect(title?.isWellFormed()).toBe(true)
  })

  it('knows calibre and EPUB 2 ways to say how to sort', () => {
    expect(about('<dc:title>The X</dc:title><meta name="calibre:title_sort" content="X, The"/>').sortTitle).toBe('X, The')
    expect(about('<dc:title opf:file-as="X, The">The X</dc:title>').sortTitle).toBe('X, The')
  })

  it('is null when there is none', () => {
    expect(about('<dc:title> </dc:title>')).toMatchObject({ title: null, subtitle: null, languages: [], identifiers: [] })
  })
})

describe('contributors', () => {
  it('reads EPUB 3 refinements', () => {
    const { contributors } = about(`
      <dc:creator id="a">夏目漱石</dc:creator><meta refines="#a" property="role" scheme="marc:relators">aut</meta>
      <meta refines="#a" property="file-as">Natsume, Soseki</meta>
      <dc:contributor id="t">Alan Turney</dc:contributor><meta refines="#t" property="role">trl</meta>`)
    expect(contributors).toEqual([
      { name: '夏目漱石', sortName: 'Natsume, Soseki', role: 'author' },
      { name: 'Alan Turney', sortName: null, role: 'translator' },
    ])
  })

  it('reads EPUB 2 attributes whatever their prefix', () => {
    const { contributors } = about(`
      <dc:creator opf:role="ill" opf:file-as="Tenniel, John">John Tenniel</dc:creator>
      <dc:creator ns0:role="nrt">A Voice</dc:creator><dc:contributor>Somebody</dc:contributor>
      <dc:contributor opf:role="xyz">Other</dc:contributor><dc:contributor opf:role="bkp">calibre (5.0)</dc:contributor>`)
    expect(contributors.map(({ name, role }) => [name, role])).toEqual([
      ['John Tenniel', 'illustrator'],
      ['A Voice', 'narrator'],
      ['Somebody', 'contributor'],
      ['Other', 'contributor'],
    ])
  })

  it('gives one entry for each role and none twice', () => {
    const { contributors } = about(`
      <dc:creator id="a">Ann</dc:creator><meta refines="#a" property="role">aut</meta>
      <meta refines="#a" property="role">ill</meta><dc:creator>Ann</dc:creator>`)
    expect(contributors.map(({ role }) => role)).toEqual(['author', 'illustrator'])
  })

  it('stops at 500', () => {
    const many = Array.from({ length: 900 }, (_, i) => `<dc:creator>Author ${i}</dc:creator>`).join('')
    expect(about(many).contributors).toHaveLength(500)
  })

  it('keeps names that are properties of objects', () => {
    const { contributors, tags } = about('<dc:creator id="__proto__">constructor</dc:creator><dc:subject>__proto__</dc:subject>')
    expect(contributors[0]?.name).toBe('constructor')
    expect(tags).toEqual(['__proto__'])
  })
})

describe('series', () => {
  it('reads collections, their types aside', () => {
    const { series } = about(`
      <meta property="belongs-to-collection" id="c">Discworld</meta>
      <meta refines="#c" property="collection-type">series</meta><meta refines="#c" property="group-position">1.50</meta>`)
    expect(series).toEqual([{ name: 'Discworld', position: '1.5' }])
  })

  it('reads calibre and does not list one series twice', () => {
    const { series } = about(`
      <meta property="belongs-to-collection">Foundation</meta>
      <meta content="foundation" name="calibre:series"/><meta name="calibre:series_index" content="2.0"/>`)
    expect(series).toEqual([{ name: 'Foundation', position: '2' }])
  })
})

describe('other facts', () => {
  it('canonicalizes languages', () => {
    const { languages } = about(
      ['en_us', 'EN-US', 'ja-jp', 'eng', 'und', 'zh-hant-tw', 'English', ''].map((l) => `<dc:language>${l}</dc:language>`).join(''),
    )
    expect(languages).toEqual(['en-US', 'ja-JP', 'en', 'zh-Hant-TW'])
  })

  it('takes the publication date, not that of the conversion', () => {
    expect(about(`<dc:date opf:event="conversion">2020-01-01</dc:date><dc:date opf:event="publication">1851</dc:date>`).published).toBe(
      '1851',
    )
    expect(about('<meta property="dcterms:modified">2020-01-01T00:00:00Z</meta>').published).toBeNull()
  })

  it('strips descriptions', () => {
    const { description } = about(
      '<dc:description>&lt;p&gt;One &amp;amp; &lt;b&gt;two&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;bad()&lt;/script&gt;&lt;p&gt;Three&lt;br/&gt;four&lt;/p&gt;</dc:description>',
    )
    expect(description).toBe('One & two.\n\nThree\nfour')
    expect(about('<dc:description><p>One</p><p>Two</p></dc:description>').description).toBe('One\n\nTwo')
    expect(about('<dc:description>a\nb\n\nc &lt; d</dc:description>').description).toBe('a b\n\nc < d')
    expect(about(`<dc:description>${'x'.repeat(30_000)}</dc:description>`).description).toHaveLength(20_000)
    expect(about(`<dc:description>${'&lt;b&gt;'.repeat(9_000)}deep</dc:description>`).description).toBeNull()
  })

  it('parts and folds tags', () => {
    expect(about('<dc:subject>Whales; Sea</dc:subject><dc:subject>whales</dc:subject>').tags).toEqual(['Whales', 'Sea'])
  })

  it('reads layout and direction', () => {
    expect(readMetadata(parsePackage(packageXml({ layout: 'pre-paginated', direction: 'rtl' })))).toMatchObject({
      layout: 'fixed',
      direction: 'rtl',
      vertical: false,
    })
    expect(about('<meta name="primary-writing-mode" content="vertical-rl"/>')).toMatchObject({
      layout: 'reflowable',
      direction: 'rtl',
      vertical: true,
    })
  })
})

describe('package documents', () => {
  it('reads OEB 1 wrappers, other prefixes and upper case names', () => {
    const { title, contributors } = readMetadata(
      parsePackage(`<opf:package xmlns:opf="x"><opf:metadata><opf:dc-metadata><purl:Title>Old</purl:Title>
        <purl:Creator role="aut">A</purl:Creator></opf:dc-metadata><opf:x-metadata/></opf:metadata></opf:package>`),
    )
    expect([title, contributors.length]).toEqual(['Old', 1])
  })

  it('does not take the metadata of a collection', () => {
    const xml = packageXml({ title: 'Whole' }).replace(
      '<manifest>',
      '<collection role="preview"><metadata><dc:title>Part</dc:title></metadata></collection><manifest>',
    )
    expect(readMetadata(parsePackage(xml)).title).toBe('Whole')
  })

  it('refuses what is no package', () => {
    expect(() => parsePackage('<html><body/></html>')).toThrow(expect.objectContaining({ code: 'invalid-xml' }))
  })
})
