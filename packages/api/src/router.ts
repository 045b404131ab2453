import { account } from './account/router.ts'
import { books } from './books/router.ts'
import { events } from './events/router.ts'
import { folders, roots } from './folders/router.ts'
import { libraries } from './libraries/router.ts'
import { organizations } from './organizations/router.ts'
import { reading } from './reading/router.ts'
import { scans } from './scans/router.ts'
import { setup } from './setup/router.ts'

/** The map of features. */
export const router = { setup, account, organizations, folders, roots, libraries, books, reading, scans, events }
export type Router = typeof router
