import sharp from 'sharp'
import { integer, randomFrom } from './random.ts'

const width = 600
const height = 900
const channels = 3
const grainFields = 4

/** Camera grain that covers share; each takes it from another place. */
export function makeGrain(seed: number): Int8Array[] {
  const random = randomFrom(seed ^ 0x5eed)
  return Array.from({ length: grainFields }, () => {
    const field = new Int8Array(2 ** 20)
    // The sum of three has about the shape of noise on a sensor.
    for (let at = 0; at < field.length; at += 1) field[at] = Math.round((random() + random() + random() - 1.5) * 16)
    return field
  })
}

async function cloud(random: () => number, across: number, down: number): Promise<Buffer> {
  const points = Buffer.from(Array.from({ length: across * down * channels }, () => integer(random, 256)))
  return sharp(points, { raw: { width: across, height: down, channels } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer()
}

/** A cover of its own for each number: large shapes, finer ones and grain, as JPEG of about 100 kB like a photograph. */
export async function makeCover(index: number, seed: number, grain: readonly Int8Array[]): Promise<Buffer> {
  const random = randomFrom(seed * 7_368_787 + index)
  const [shapes, texture] = await Promise.all([cloud(random, 4, 6), cloud(random, 60, 90)])
  const field = grain[integer(random, grain.length)] ?? new Int8Array(2 ** 20)
  const start = integer(random, field.length)
  const pixels = Buffer.allocUnsafe(width * height * channels)
  for (let at = 0; at < pixels.length; at += 1) {
    const value = (shapes[at] ?? 0) * 0.8 + (texture[at] ?? 0) * 0.2 + (field[(start + at) & (field.length - 1)] ?? 0)
    pixels[at] = value < 0 ? 0 : value > 255 ? 255 : value
  }
  return sharp(pixels, { raw: { width, height, channels } }).jpeg({ quality: 85 }).toBuffer()
}
