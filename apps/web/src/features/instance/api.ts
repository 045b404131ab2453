import { instance } from '#lib/rpc.ts'

/** What only the operator may ask. */
export const admin = instance.instance
