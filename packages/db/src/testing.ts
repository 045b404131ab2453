export { createTestDatabase, startTestCluster, type TestCluster, type TestDatabase } from './testing/cluster.ts'
export { fillRows, freshPlace, insertRow, placeRows, tenantTables, type Place, type Row, type TenantTable } from './testing/rows.ts'
export { buildSqlWorld, otherTables, runSqlMatrix, sqlRules, type SqlActor, type SqlWorld } from './testing/sql-matrix.ts'
