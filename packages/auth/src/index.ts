export {
  catalogue,
  guards,
  heldBy,
  Level,
  levelPermissions,
  levels,
  permissions,
  permissionsInUse,
  Permission,
  Role,
  rolePermissions,
  roles,
  type Resource,
} from './catalogue.ts'
export { hashPassword } from 'better-auth/crypto'
export { beyond, hasAllPermissions, hasAnyPermission, hasPermission } from './evaluate.ts'
export { clientAddressHeader, createAuth, openAuthPaths, resetMinutes, type Auth, type AuthOptions, type SignUpPolicy } from './server.ts'
export { readSessionToken, sessionCookie } from './session.ts'
export { createOperator, isSetupCode, needsSetup, setupCode } from './setup.ts'
