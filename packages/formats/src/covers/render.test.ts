import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { renderCover } from './render.ts'

const red = { r: 200, g: 20, b: 40 }

function picture(width: number, height: number, channels: 3 | 4 = 3, background: object = red) {
  return sharp({ create: { width, height, channels, background: background as typeof red } })
}

describe('renderCover', () => {
  it('makes one image for each width, in the order asked for', async () => {
    const cover = await renderCover(await picture(600, 900).jpeg().toBuffer(), [160, 480])
    const sizes = await Promise.all(cover.images.map(async ({ webp }) => (await sharp(webp).metadata()).width))
    expect(cover.images.map(({ width }) => width)).toEqual([160, 480])
    expect(sizes).toEqual([160, 480])
    expect(cover.aspect).toBeCloseTo(2 / 3)
    expect(cover.color).toMatch(/^#c[6-9a]1[2-6]2[6-9a]$/)
    expect(cover.thumbhash.length).toBeGreaterThan(5)
  })

  it('never enlarges', async () => {
    const { images } = await renderCover(await picture(100, 50).png().toBuffer(), [160, 320])
    const sizes = await Promise.all(images.map(async ({ webp }) => (await sharp(webp).metadata()).width))
    expect(images.map(({ width }) => width)).toEqual([160, 320])
    expect(sizes).toEqual([100, 100])
  })

  it('makes transparent parts white', async () => {
    const clear = await picture(50, 50, 4, { r: 0, g: 0, b: 0, alpha: 0 }).png().toBuffer()
    expect((await renderCover(clear, [50])).color).toBe('#ffffff')
  })

  it('applies the orientation', async () => {
    const turned = await picture(60, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect((await renderCover(turned, [40])).aspect).toBeCloseTo(2 / 3)
  })

  it('draws grey, 16 bit, CMYK, GIF, WebP and AVIF', async () => {
    const sources = [
      picture(80, 120).greyscale().png(),
      picture(80, 120).toColourspace('rgb16').png(),
      picture(80, 120).toColourspace('cmyk').jpeg(),
      picture(80, 120).gif(),
      picture(80, 120).webp(),
      picture(80, 120).avif({ effort: 0 }),
    ]
    for (const source of sources) {
      const { images, color } = await renderCover(await source.toBuffer(), [40])
      expect([images.length, color]).toEqual([1, expect.stringMatching(/^#[0-9a-f]{6}$/)])
    }
  })

  it('fits strips into a bounded height', async () => {
    const { images } = await renderCover(await picture(20, 5_000).png().toBuffer(), [20])
    expect((await sharp(images[0]?.webp).metadata()).height).toBe(80)
  })

  it('refuses what is not an image, what is too large and what breaks off', async () => {
    const problem = (code: string) => expect.objectContaining({ code })
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    await expect(renderCover(svg, [40])).rejects.toThrow(problem('damaged'))
    await expect(renderCover(Buffer.from('<html>'), [40])).rejects.toThrow(problem('damaged'))
    const bomb = await picture(30, 30).png().toBuffer()
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    await expect(renderCover(bomb, [40])).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/too-large|damaged/) }))
    const noise = await sharp({
      create: { width: 300, height: 300, channels: 3, background: red, noise: { type: 'gaussian', mean: 128, sigma: 50 } },
    })
      .jpeg()
      .toBuffer()
    await expect(renderCover(noise.subarray(0, noise.length / 3), [40])).rejects.toThrow(problem('damaged'))
  })
})
