import { account } from './account/router.ts'
import { audit } from './audit/router.ts'
import { edits } from './books/edits/router.ts'
import { books } from './books/router.ts'
import { calibre } from './calibre/router.ts'
import { duplicates } from './duplicates/router.ts'
import { events } from './events/router.ts'
import { folders, roots } from './folders/router.ts'
import { grants } from './grants/router.ts'
import { instance } from './instance/router.ts'
import { invitations, joinLinks } from './invitations/router.ts'
import { libraries } from './libraries/router.ts'
import { lookup } from './lookup/router.ts'
import { members } from './members/router.ts'
import { metadata } from './metadata/router.ts'
import { missing } from './missing/router.ts'
import { organizations } from './organizations/router.ts'
import { permissions } from './permissions/router.ts'
import { reading } from './reading/router.ts'
import { roles } from './roles/router.ts'
import { scans } from './scans/router.ts'
import { setup } from './setup/router.ts'
import { trash } from './trash/router.ts'
import { uploads } from './uploads/router.ts'
import { teams } from './teams/router.ts'

/** The map of features. */
export const router = {
  setup,
  account,
  organizations,
  members,
  roles,
  teams,
  invitations,
  joinLinks,
  permissions,
  audit,
  folders,
  roots,
  libraries,
  grants,
  books,
  edits,
  lookup,
  calibre,
  metadata,
  reading,
  scans,
  uploads,
  trash,
  missing,
  duplicates,
  events,
  instance,
}
export type Router = typeof router
