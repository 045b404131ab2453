import { test, expect } from 'vitest'
import { createTestDatabase } from './testing.ts'
test('clone', async () => {
  for (let i=0;i<4;i++){ await using db = await createTestDatabase(); console.log(db.ms); expect((await db.superuser`select count(*)::int as n from role_permission`)[0]?.n).toBeGreaterThan(3)}
})
