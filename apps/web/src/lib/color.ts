/** OKLCH: lightness 0–1, chroma, hue in degrees. */
export type Oklch = { l: number; c: number; h: number }
type Rgb = readonly [r: number, g: number, b: number]

const toLinear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const fromLinear = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055)

/** Linear sRGB of `#rrggbb`; undefined for anything else. */
export function parseHex(hex: string): Rgb | undefined {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex)
  if (!match) return undefined
  const channel = (index: number): number => toLinear(Number.parseInt(match[index] ?? '0', 16) / 255)
  return [channel(1), channel(2), channel(3)]
}

export function toOklch([r, g, b]: Rgb): Oklch {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  return { l: lightness, c: Math.hypot(a, bb), h: ((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360 }
}

/** Linear sRGB, clipped to the gamut. */
export function fromOklch({ l, c, h }: Oklch): Rgb {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const ll = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number): number => Math.min(1, Math.max(0, value))
  return [
    clip(4.0767416621 * ll - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * ll + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * ll - 0.7034186147 * m + 1.707614701 * s),
  ]
}

export function toHex([r, g, b]: Rgb): string {
  const channel = (value: number): string =>
    Math.round(fromLinear(value) * 255)
      .toString(16)
      .padStart(2, '0')
  return `#${channel(r)}${channel(g)}${channel(b)}`
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b

/** WCAG 2 contrast ratio of two colours in linear sRGB, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** The grounds that an accent stands on, as in styles/index.css: paper and the soft fill of a hovered row. */
export const grounds = {
  light: { paper: { l: 0.984, c: 0.006, h: 85 }, soft: { l: 0.93, c: 0.01, h: 80 }, onAccent: { l: 0.99, c: 0.004, h: 85 } },
  dark: { paper: { l: 0.195, c: 0.008, h: 70 }, soft: { l: 0.31, c: 0.01, h: 70 }, onAccent: { l: 0.195, c: 0.02, h: 70 } },
} as const satisfies Record<string, Record<string, Oklch>>

export type Scheme = keyof typeof grounds
export type Accent = { accent: string; onAccent: string }

/** AA for text, with a little in hand for rounding. */
const wanted = 4.6
/** Below this a cover has no colour worth taking. */
const grey = 0.025

/**
 * An accent in the hue of a cover that reads on the page and carries text, both at AA.
 * Undefined for a cover without colour: the page keeps its own accent.
 */
export function accentFromCover(hex: string | null, scheme: Scheme): Accent | undefined {
  const rgb = hex === null ? undefined : parseHex(hex)
  if (!rgb) return undefined
  const cover = toOklch(rgb)
  if (cover.c < grey) return undefined
  const ground = grounds[scheme]
  const on = fromOklch(ground.onAccent)
  const fields = [fromOklch(ground.paper), fromOklch(ground.soft), on]
  const c = Math.min(Math.max(cover.c, 0.06), scheme === 'light' ? 0.13 : 0.11)
  const step = scheme === 'light' ? -0.01 : 0.01
  for (let l = scheme === 'light' ? 0.56 : 0.68; l > 0.1 && l < 0.99; l += step) {
    const accent = fromOklch({ l, c, h: cover.h })
    if (fields.every((field) => contrast(accent, field) >= wanted)) return { accent: toHex(accent), onAccent: toHex(on) }
  }
  return undefined
}

/** A stable hue from any text (FNV-1a over code points). */
export function hueOf(text: string): number {
  let hash = 0x811c9dc5
  for (const character of text.normalize('NFC')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return (hash >>> 0) % 360
}

/** The two ends of a typeset cover's cloth, deep enough for light letters at AA in every hue. */
export function clothOf(title: string): { from: string; to: string } {
  const h = hueOf(title)
  return { from: toHex(fromOklch({ l: 0.42, c: 0.065, h })), to: toHex(fromOklch({ l: 0.33, c: 0.06, h })) }
}
