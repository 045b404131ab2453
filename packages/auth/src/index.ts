export {
  AnyPermission,
  catalogue,
  ExtraPermission,
  extraHolders,
  guards,
  heldBy,
  Level,
  levelPermissions,
  levels,
  operatorPermissions,
  permissions,
  permissionsInUse,
  Permission,
  Role,
  rolePermissions,
  roles,
  type OperatorPermission,
  type Resource,
} from './catalogue.ts'
export { hashPassword } from 'better-auth/crypto'
export { beyond, hasAllPermissions, hasAnyPermission, hasPermission } from './evaluate.ts'
export { clientAddressHeader, createAuth, openAuthPaths, resetMinutes, type Auth, type AuthOptions, type SignUpPolicy } from './server.ts'
export { readSessionToken, sessionCookie } from './session.ts'
export { createOperator, isSetupCode, needsSetup, setupCode } from './setup.ts'
