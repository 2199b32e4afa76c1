/** Whether a word belongs to the language: it is then no name, and a property of that name is written `c["order"]`. */
export function isReserved(word: string): boolean {
  return RESERVED.has(word.toUpperCase());
}

/** As the service's own grammar has them. */
const RESERVED: ReadonlySet<string> = new Set(
  [
    'AND ARRAY AS ASC BETWEEN BY CASE CAST CONVERT CROSS DESC DISTINCT ELSE END ESCAPE EXISTS FALSE FOR FROM GROUP',
    'HAVING IN INNER INSERT INTO IS JOIN LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER OUTER OVER RIGHT SELECT SET THEN',
    'TOP TRUE UDF UNDEFINED UPDATE VALUE WHEN WHERE WITH',
  ]
    .join(' ')
    .split(' '),
);
