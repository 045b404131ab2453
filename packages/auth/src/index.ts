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
export {
  checkPassword,
  confirmEmail,
  dropMailedLinks,
  dropPendingChange,
  emailTokenHours,
  insertEmailToken,
  isAddressTaken,
  type AuthTx,
  type ConfirmedEmail,
  type LiveSession,
} from './email.ts'
export { beyond, hasAllPermissions, hasAnyPermission, hasPermission } from './evaluate.ts'
export { Later } from './later.ts'
export { createLimits, foldAddress, type Budget, type Limits } from './limits.ts'
export { hashPassword, inPasswordTurn, isPasswordHash, verifyPassword } from './passwords.ts'
export { clientAddressHeader, createAuth, notInTheirPlace, openAuthPaths, resetMinutes, type Auth, type AuthOptions } from './server.ts'
export { readSessionToken, sessionCookie, sessionCookieHeader } from './session.ts'
export { createOperator, findSignUpPolicy, isSetupCode, needsSetup, setupCode, type SignUpPolicy } from './setup.ts'
