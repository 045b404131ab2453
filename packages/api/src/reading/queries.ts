import { sql } from 'drizzle-orm'
import { readingState } from '@carrel/db/schema'
import type { OrganizationScope } from '../scope.ts'

/** Marks a book for the person themselves. */
export async function upsertStatus(scope: OrganizationScope, bookId: string, status: 'unread' | 'finished'): Promise<void> {
  const finishedAt = status === 'finished' ? sql`now()` : null
  await scope.db
    .insert(readingState)
    .values({ organizationId: scope.organizationId, userId: scope.user.id, bookId, status, updatedAt: sql`now()`, finishedAt })
    .onConflictDoUpdate({
      target: [readingState.organizationId, readingState.userId, readingState.bookId],
      set: { status, updatedAt: sql`now()`, finishedAt },
    })
}
