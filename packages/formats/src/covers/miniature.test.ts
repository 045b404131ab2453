import { expect, test } from 'vitest'
import { miniature } from './miniature.ts'

const picture = (width: number, height: number, channels: 1 | 2 | 3 | 4, at: (x: number, y: number) => readonly number[]) => ({
  data: Buffer.from(Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))).flat()),
  info: { width, height, channels },
})

test('each pixel is the mean of those that it stands for', () => {
  const { width, height, rgba } = miniature(
    picture(8, 4, 3, (x, y) => [x < 4 ? 0 : 200, y * 10, 7]),
    4,
  )
  expect([width, height]).toEqual([4, 2])
  const pixels = Array.from({ length: 8 }, (_, i) => [...rgba.subarray(i * 4, i * 4 + 4)])
  expect(pixels.slice(0, 4)).toEqual([
    [0, 5, 7, 255],
    [0, 5, 7, 255],
    [200, 5, 7, 255],
    [200, 5, 7, 255],
  ])
  expect(pixels[7]).toEqual([200, 25, 7, 255])
})

test('a side that the picture is no multiple of leaves no pixel out', () => {
  const { width, height, rgba } = miniature(
    picture(7, 3, 3, () => [90, 80, 70]),
    5,
  )
  expect([width, height]).toEqual([5, 2])
  for (let at = 0; at < rgba.length; at += 4) expect([...rgba.subarray(at, at + 4)]).toEqual([90, 80, 70, 255])
})

test('a strip keeps at least one pixel across, and what is small stays so', () => {
  expect(
    miniature(
      picture(2, 900, 3, () => [1, 2, 3]),
      48,
    ),
  ).toMatchObject({ width: 1, height: 48 })
  expect(
    miniature(
      picture(3, 2, 3, () => [1, 2, 3]),
      48,
    ),
  ).toMatchObject({ width: 3, height: 2 })
})

test('grey, with and without alpha, becomes colour', () => {
  for (const channels of [1, 2] as const)
    expect([
      ...miniature(
        picture(2, 2, channels, () => [60, 128].slice(0, channels)),
        2,
      ).rgba,
    ]).toEqual(Array.from({ length: 4 }, () => [60, 60, 60, 255]).flat())
})
