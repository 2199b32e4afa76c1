import { STATUS } from '../../protocol/status.ts';
import { json, type Reply } from '../reply.ts';
import { header, type Request } from '../request.ts';

/** The account, at the address by which the client came: that is the one it can reach. */
export function readAccount(scheme: 'http' | 'https') {
  return ({ headers }: Request): Reply => {
    const endpoint = `${scheme}://${header(headers, 'host')}/`;
    return json(STATUS.ok, account([{ name: 'Local', databaseAccountEndpoint: endpoint }]));
  };
}

function account(locations: readonly object[]): object {
  return {
    _self: '',
    id: ID,
    _rid: `${ID}.sql.cosmos.azure.com`,
    media: '//media/',
    addresses: '//addresses/',
    _dbs: '//dbs/',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    continuousBackupEnabled: false,
    enableNRegionSynchronousCommit: false,
    enablePerPartitionFailoverBehavior: false,
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 1, maxReplicasetSize: 4 },
    systemReplicationPolicy: { minReplicaSetSize: 1, maxReplicasetSize: 4 },
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration: JSON.stringify(QUERY_ENGINE),
  };
}

// Not "localhost": the JavaScript client would take that for an account without locations.
const ID = 'cosmosflow-emulator';

const QUERY_ENGINE = {
  maxSqlQueryInputLength: 262144,
  maxJoinsPerSqlQuery: 5,
  maxLogicalAndPerSqlQuery: 500,
  maxLogicalOrPerSqlQuery: 500,
  maxUdfRefPerSqlQuery: 10,
  maxInExpressionItemsCount: 16000,
  queryMaxInMemorySortDocumentCount: 500,
  maxQueryRequestTimeoutFraction: 0.9,
  sqlAllowNonFiniteNumbers: false,
  sqlAllowAggregateFunctions: true,
  sqlAllowSubQuery: true,
  sqlAllowScalarSubQuery: true,
  allowNewKeywords: true,
  sqlAllowLike: true,
  sqlAllowGroupByClause: true,
  maxSpatialQueryCells: 12,
  spatialMaxGeometryPointCount: 256,
  sqlDisableOptimizationFlags: 0,
  enableSpatialIndexing: true,
};
