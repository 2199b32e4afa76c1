/**
 * A document that is awkward to handle, as JSON text: mostly one that must arrive as it is, now and then one that no
 * container takes. `id` makes its id.
 */
export function poisonText(choice: number, id: string): string {
  const make = POISON[Math.floor(choice * POISON.length)] as (typeof POISON)[number];
  return make(id);
}

/** One of the service's limits. */
const ITEM_BYTES_MAX = 2 * 1024 * 1024;

const body = (id: string, members: string): string => `{"id":${JSON.stringify(id)},${members}}`;

const POISON: readonly ((id: string) => string)[] = [
  (id) => body(id, '"n":[1.0,1E2,-0,9007199254740993,0.1000000000000000055511151231257827,1e-400]'),
  (id) => body(id, '"huge":123456789012345678901234567890.5'),
  (id) => body(id, '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1'),
  (id) => body(id, '"":"no name","10":1,"2":2,"$type":"x","_custom":{"_etag":1},"hasOwnProperty":null'),
  (id) => body(id, '"twice":1,"twice":2'),
  (id) => body(id, '"half":"\\ud800","nul":"\\u0000","lines":"\u2028\u2029","bidi":"\u202eabc\u202c"'),
  (id) => body(id, '"escape":"\\u001b]52;c;ZXZpbA==\\u0007","crlf":"\\r\\n{\\"level\\":\\"error\\"}","c1":"\u009b31m"'),
  (id) => body(id, '"emoji":"👩‍👩‍👧‍👦","nfc":"é","nfd":"e\u0301","zero":"\u200b"'),
  (id) => body(id, '"formula":["=1+1","@SUM(A1)","+1","-1","\\t=1"]'),
  (id) => body(id, `"deep":${'['.repeat(100)}${']'.repeat(100)}`),
  (id) => `{ "id" : ${JSON.stringify(id)} ,\n\t"spaced" : [ 1 , 2 ]\r\n}`,
  (id) => body(id, `"large":"${'x'.repeat(1_000_000)}"`),
  // These are refused.
  (id) => body(`${id}/slash`, '"n":1'),
  (id) => body(`${id}-${'x'.repeat(1100)}`, '"n":1'),
  (id) => body(id, `"larger":"${'x'.repeat(ITEM_BYTES_MAX)}"`),
];
