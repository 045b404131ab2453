import { describe, expect, it } from 'vitest'
import { accentFromCover, clothOf, contrast, fromOklch, grounds, hueOf, parseHex, toHex, toOklch } from './color.ts'

const rgb = (hex: string) => {
  const parsed = parseHex(hex)
  if (!parsed) throw new Error(`not a colour: ${hex}`)
  return parsed
}
const channels = ['00', '2a', '55', '80', 'aa', 'd5', 'ff']
const everyColour = channels.flatMap((r) => channels.flatMap((g) => channels.map((b) => `#${r}${g}${b}`)))

describe('conversion', () => {
  it('comes back to the same colour', () => {
    for (const hex of everyColour) expect(toHex(fromOklch(toOklch(rgb(hex))))).toBe(hex)
  })
  it('knows the contrast of black and white', () => {
    expect(contrast(rgb('#000000'), rgb('#ffffff'))).toBeCloseTo(21)
    expect(contrast(rgb('#ffffff'), rgb('#ffffff'))).toBe(1)
  })
  it('refuses what is not #rrggbb', () => {
    for (const text of ['', '#fff', 'red', '#12345g', '#1234567']) expect(parseHex(text)).toBeUndefined()
  })
})

describe('accentFromCover', () => {
  it.each(['light', 'dark'] as const)('reads at AA on the %s page and carries text, whatever the cover', (scheme) => {
    for (const hex of everyColour) {
      const made = accentFromCover(hex, scheme)
      if (!made) continue
      const accent = rgb(made.accent)
      expect(contrast(accent, fromOklch(grounds[scheme].paper)), hex).toBeGreaterThanOrEqual(4.5)
      expect(contrast(accent, fromOklch(grounds[scheme].soft)), hex).toBeGreaterThanOrEqual(4.5)
      expect(contrast(accent, rgb(made.onAccent)), hex).toBeGreaterThanOrEqual(4.5)
    }
  })
  it('finds one for every cover that has a colour', () => {
    for (const hex of everyColour) {
      if (toOklch(rgb(hex)).c < 0.03) continue
      expect(accentFromCover(hex, 'light'), hex).toBeDefined()
      expect(accentFromCover(hex, 'dark'), hex).toBeDefined()
    }
  })
  it('leaves grey covers and unknown ones to the usual accent', () => {
    for (const hex of ['#000000', '#ffffff', '#7f8080', 'nonsense', null]) expect(accentFromCover(hex, 'light')).toBeUndefined()
  })
})

describe('typeset covers', () => {
  it('give the same title the same cloth, in either normal form', () => {
    expect(clothOf('Café')).toEqual(clothOf('Cafe\u0301'))
    expect(hueOf('')).toBeGreaterThanOrEqual(0)
  })
  it('carry light letters at AA in every hue', () => {
    for (let n = 0; n < 2000; n++) {
      const { from } = clothOf(`title ${n}`)
      expect(contrast(rgb(from), rgb('#f7f3ea'))).toBeGreaterThanOrEqual(4.5)
    }
  })
  it('spread over the hues', () => {
    const hues = new Set(Array.from({ length: 400 }, (_, n) => Math.floor(hueOf(`吾輩は猫である ${n}`) / 30)))
    expect(hues.size).toBe(12)
  })
})
