/** Status codes of the protocol that have a meaning of their own in Azure Cosmos DB. */
export const STATUS = Object.freeze({
  ok: 200,
  created: 201,
  noContent: 204,
  multiStatus: 207,
  notModified: 304,
  badRequest: 400,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  timeout: 408,
  conflict: 409,
  gone: 410,
  preconditionFailed: 412,
  tooLarge: 413,
  misdirected: 421,
  locked: 423,
  failedDependency: 424,
  tooManyRequests: 429,
  retryWith: 449,
  internal: 500,
  notImplemented: 501,
  unavailable: 503,
  /** Of the embedded server alone. */
  insufficientStorage: 507,
});

/** Sub-status codes (`x-ms-substatus`). */
export const SUBSTATUS = Object.freeze({
  partitionKeyMismatch: 1001,
  rangeGone: 1002,
  readSessionNotAvailable: 1002,
  ownerNotFound: 1003,
  completingSplit: 1007,
  patchConditionUnmet: 1110,
  throughputSpent: 3200,
  bucketSpent: 3212,
  responseTooLarge: 3402,
});
