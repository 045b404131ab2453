import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { renderCover } from './render.ts'
import { safeDrawing } from './svg.ts'

const svg = (inside: string, root = 'viewBox="0 0 200 300"') =>
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${root}>${inside}</svg>`
const kept = (inside: string, root?: string) => safeDrawing(svg(inside, root)).svg.toString()
const problem = (code: string) => expect.objectContaining({ code })
const draw = (text: string) => renderCover({ svg: Buffer.from(text) }, [40])
const dataOf = async (width: number, height: number, background: string) =>
  `data:image/png;base64,${(
    await sharp({ create: { width, height, channels: 3, background } })
      .png()
      .toBuffer()
  ).toString('base64')}`

describe('a drawn cover', () => {
  it('is drawn with its styles, gradients and the pictures that lie in it', async () => {
    const shapes = '<style>.box { fill: #00f }</style><g><rect class="box" width="200" height="300"/></g>'
    expect((await draw(svg(shapes))).color).toMatch(/^#0000f[ef]$/)
    expect((await draw(svg(`<image width="200" height="300" xlink:href="${await dataOf(20, 30, '#ff0000')}"/>`))).color).toMatch(
      /^#f[ef]0000$/,
    )
    const gradient =
      '<defs><linearGradient id="a"><stop offset="0" stop-color="#0f0"/></linearGradient></defs><rect width="200" height="300" fill="url(#a)"/>'
    expect((await draw(svg(gradient))).color).toMatch(/^#00f[ef]00$/)
  })

  it('is fitted into one size, whatever it says of its own', async () => {
    expect((await draw(svg('<rect width="2" height="3"/>', 'viewBox="0 0 2 3" width="100%"'))).aspect).toBeCloseTo(2 / 3, 1)
    expect((await draw(svg('<rect width="9" height="9"/>', 'width="900000" height="600000px"'))).aspect).toBeCloseTo(3 / 2, 1)
    for (const root of [
      '',
      'viewBox="0 0 0 9"',
      'viewBox="0 0 1e400 1"',
      'viewBox="0 0 1 9999"',
      'width="100%" height="100%"',
      'viewBox="NaN NaN NaN NaN"',
    ])
      await expect(draw(svg('<rect width="9" height="9"/>', root)), root).rejects.toThrow(problem('damaged'))
  })

  it.each([
    ['a script', '<script>fetch("http://x.test")</script>', 'fetch'],
    ['a handler', '<rect onload="fetch(1)" width="1" height="1"/>', 'onload'],
    ['a picture of another place', '<image href="http://x.test/a.png"/>', 'x.test'],
    ['a file of the server', '<image xlink:href="file:///etc/passwd"/>', 'passwd'],
    ['a drawing within', `<image href="data:image/svg+xml;base64,${Buffer.from('<svg/>').toString('base64')}"/>`, 'data:'],
    ['a page within', '<foreignObject><body>passwd</body></foreignObject>', 'passwd'],
    ['what repeats itself', '<defs><g id="a"/></defs><use href="#a"/>', 'use'],
    ['a style with an element in it', '<style><g/>@import url("data:text/css,rect{fill:red}");</style>', 'import'],
    ['a filter in a style', '<g style="filter: blur(300px)"/>', 'blur'],
    ['a filter', '<filter id="f"><feImage href="file:///etc/passwd"/></filter><rect filter="url(#f)"/>', 'filter'],
    ['another document', '<xi:include href="file:///etc/passwd" parse="text"/>', 'passwd'],
    ['a style that loads', '<style>@import "http://x.test/a.css";</style>', 'x.test'],
    ['a style of another place', '<style>rect { fill: url( "http://x.test/#a") }</style>', 'x.test'],
    ['a style that is spelt oddly', '<style>rect { fill: u&#x72;l(http://x.test/) }</style>', 'x.test'],
    ['a style with escapes', '<rect style="fill: \\75rl(http://x.test/)"/>', 'x.test'],
    ['an address as a colour', '<rect fill="url(http://x.test/#a)"/>', 'x.test'],
    ['an entity', '&xxe;', 'passwd'],
  ])('leaves out %s', (_what, inside, never) => {
    const doctype = '<!DOCTYPE svg [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>'
    const { svg: safe } = safeDrawing(svg(`${inside}<rect width="1" height="1"/>`).replace('?>', `?>${doctype}`))
    expect(safe.toString()).not.toContain(never)
    expect(safe.toString()).not.toContain('DOCTYPE')
    expect(safe.toString()).toContain('<rect width="1" height="1">')
  })

  it('keeps gradients that build on others', () => {
    const gradients = '<linearGradient id="a"><stop/></linearGradient><radialGradient id="b" xlink:href="#a"/>'
    expect(kept(`${gradients}<rect fill="url(#b)"/>`)).toContain('<radialGradient id="b" href="#a">')
    expect(kept(`<radialGradient href="http://x.test/#a"/><rect/>`)).not.toContain('x.test')
  })

  it('keeps letters as letters', () => {
    expect(kept('<text x="1">a &lt;b&gt; &amp; "c" <tspan>進撃</tspan></text>')).toContain(
      '<text x="1">a &lt;b&gt; &amp; &quot;c&quot; <tspan>進撃</tspan></text>',
    )
  })

  it('counts the pictures in it, which are decoded whole', async () => {
    const picture = `<image width="9" height="9" href="${await dataOf(4000, 3100, '#fff')}"/>`
    await expect(draw(svg(picture))).rejects.toThrow(problem('too-large'))
  })

  it('costs no more than it may', async () => {
    await expect(draw(svg('<rect width="1" height="1"/>'.repeat(20_001)))).rejects.toThrow(problem('too-large'))
    await expect(draw(svg('<g>'.repeat(300)))).rejects.toThrow(problem('too-large'))
    const bomb = Buffer.from((await dataOf(30, 30, '#fff')).replace(/^.*,/, ''), 'base64')
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    const picture = `<image width="9" height="9" href="data:image/png;base64,${bomb.toString('base64')}"/>`
    await expect(draw(svg(picture))).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/too-large|damaged/) }))
  })

  it('is none that says nothing, or is no SVG', async () => {
    for (const text of ['', '<html><body>a</body></html>', svg(''), svg('<script/>'), 'no markup', svg('<image href="a.jpg"/>')])
      await expect(draw(text), text).rejects.toThrow(problem('damaged'))
  })
})
