import { sql } from 'drizzle-orm'
import { instance } from '@carrel/db/schema'
import type { InstanceScope } from '../../scope.ts'
import type { SignUp } from './schema.ts'

/** Who may make an account where the environment does not say. */
export async function changeSignUp(scope: InstanceScope, signUp: SignUp): Promise<void> {
  await scope.db
    .update(instance)
    .set({ signUp })
    .where(sql`true`)
}
