import { existsSync } from 'node:fs'
import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { buildEpub } from '../testing.ts'
import { corpusSources, generatedSources } from './fuzz-sources.ts'
import { fuzz } from './fuzz.ts'
import { mutate } from './mutate.ts'

const corpus = process.env['CARREL_CORPUS']

describe('mutants', () => {
  const file = { name: 'a.epub', bytes: buildEpub({ title: 'A' }) }
  const other = buildEpub({ title: 'B' })
  const digest = (seed: number, n: number) => hash('sha256', mutate(file, other, seed, n).bytes)

  it('are the same for the same seed, and differ from each other and from their file', () => {
    const before = hash('sha256', file.bytes)
    const first = Array.from({ length: 500 }, (_, n) => digest(1, n))
    expect(Array.from({ length: 500 }, (_, n) => digest(1, n))).toEqual(first)
    expect(new Set([...first, ...Array.from({ length: 500 }, (_, n) => digest(2, n))]).size).toBeGreaterThan(700)
    expect(first.filter((each) => each === before).length).toBeLessThan(25)
    expect(hash('sha256', file.bytes)).toBe(before)
  })

  it('are made of any bytes', () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.alloc(1),
      Buffer.from('PK\x01\x02'),
      Buffer.from('PK\x05\x06'.repeat(20)),
      Buffer.alloc(5_000, '<a>'),
    ]) {
      for (let n = 0; n < 300; n += 1) expect(mutate({ name: 'x', bytes }, bytes, 1, n).kind).not.toBe('')
    }
  })
})

it('300 mutants of good books do no harm', async () => {
  const sources = [...(await generatedSources()), ...(corpus && existsSync(corpus) ? corpusSources(corpus) : [])]
  const { mutants, failures } = await fuzz({ sources, count: 300, seed: 1 })
  expect(failures).toEqual([])
  expect(mutants.length).toBe(300)
  expect(mutants.filter(({ outcomes }) => outcomes[0] === 'ok').length).toBeGreaterThan(30)
}, 120_000)
