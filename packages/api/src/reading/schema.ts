import * as z from 'zod'
import { Id } from '../shapes.ts'

export const ReadingStatus = z.enum(['unread', 'reading', 'finished'])
export type ReadingStatus = z.infer<typeof ReadingStatus>

export const MarkRead = z.object({ bookId: Id, status: z.enum(['unread', 'finished']) })
export type MarkRead = z.infer<typeof MarkRead>
