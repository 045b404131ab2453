import { expect, test } from 'vitest'
import { exportedAs } from './export.ts'
import type { AuditEvent } from './schema.ts'

const event: AuditEvent = {
  id: 'e',
  at: '2026-11-20T10:00:00.000Z',
  actorId: 'a',
  actorName: 'Nora "Quill" Lindqvist',
  impersonated: false,
  address: '::1',
  action: 'role.updated',
  targetId: 'r',
  targetName: 'Keeper,\r\nnight',
  before: { name: '漫画' },
  after: null,
}
const { csv, jsonl } = exportedAs

test('CSV begins with a mark of UTF-8 and the names of its columns, and quotes as RFC 4180 says', () => {
  expect(csv.begin).toBe('\uFEFFtime,person,person id,by the operator,address,action,target,target id,before,after\r\n')
  expect(csv.write(event)).toBe(
    '2026-11-20T10:00:00.000Z,"Nora ""Quill"" Lindqvist",a,no,::1,role.updated,"Keeper,\r\nnight",r,"{""name"":""漫画""}",\r\n',
  )
  expect(csv.write({ ...event, actorId: null, actorName: '' })).toContain(',Carrel,,no,')
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '=cmd|" /C calc"!A0'])('%j is no formula', (name) => {
  const [, , , , , , target] = csv.write({ ...event, actorName: 'N', targetName: name }).split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  expect(target).toBe(`"'${name.replaceAll('"', '""')}"`)
})

test('JSON lines are one event each', () => {
  const line = jsonl.write(event)
  expect([line.endsWith('}\n'), line.split('\n').length, JSON.parse(line)]).toEqual([true, 2, event])
})
