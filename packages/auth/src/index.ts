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
export { clientAddressHeader, createAuth, openAuthPaths, resetMinutes, type Auth, type AuthOptions } from './server.ts'
export { readSessionToken, sessionCookie, sessionCookieHeader } from './session.ts'
export { createOperator, findSignUpPolicy, isSetupCode, needsSetup, setupCode, type SignUpPolicy } from './setup.ts'
