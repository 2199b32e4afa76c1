/** A document that is awkward to handle, as a line of a file. */
export interface Poison {
  readonly name: string;
  readonly line: Buffer;
  /** What is to arrive; the line itself, if nothing else is said; nothing, when it is to be refused. */
  readonly arrives: string | undefined;
  /** Said of it when it is refused. */
  readonly reason?: RegExp;
}

/**
 * All that is known to be awkward, in documents of their own ids. They are partitioned by `/pk`, or by `/tenant` and
 * `/user`.
 */
export function poisonSet(): Poison[] {
  return [...SIZES, ...KEYS, ...IDS, ...TEXTS, ...NUMBERS, ...DEPTHS, ...NAMES, ...SYSTEM, ...WRECKS];
}

/** One of the service's limits. */
const BYTES_MAX = 2 * 1024 * 1024;

const SIZES = [sized(-1), sized(0), refused('one byte more than 2 MB', sizedText(1), /its 2097153 bytes are too many/)];

const KEYS = [
  delivered('no key', '{"id":"pk-missing"}'),
  delivered('key null', '{"id":"pk","pk":null,"tenant":null,"user":null}'),
  delivered('key {}', '{"id":"pk-object","pk":{},"tenant":{}}'),
  delivered('key []', '{"id":"pk-array","pk":[1],"tenant":[],"user":"u"}'),
  delivered('key number', '{"id":"pk","pk":1.50,"tenant":1e2,"user":-0}'),
  delivered('key minus zero', '{"id":"pk","pk":-0,"tenant":0,"user":-0.0}'),
  delivered('key zero', '{"id":"pk","pk":0,"tenant":0,"user":0}'),
  delivered('key past 2^53', '{"id":"pk-large","pk":9007199254740993,"tenant":9007199254740993}'),
  delivered('key false', '{"id":"pk","pk":false,"tenant":false,"user":true}'),
  delivered('key of 2,048 bytes', `{"id":"pk","pk":"${'k'.repeat(2048)}","tenant":"${'t'.repeat(2048)}","user":"u"}`),
  refused(
    'key of 2,049 bytes',
    `{"id":"pk-2049","pk":"${'k'.repeat(2049)}","tenant":"${'t'.repeat(2049)}"}`,
    /longer than 2048/,
  ),
  delivered('key ""', '{"id":"pk","pk":"","tenant":"","user":""}'),
  delivered('key with escapes', '{"id":"pk","pk":"\\u0041\\/\\"\\n","tenant":"\\u0041","user":"\\/"}'),
  delivered('key with escapes in its name', '{"id":"pk-name","\\u0070k":"x","ten\\u0061nt":"x","\\u0075ser":"y"}'),
  delivered('key twice', '{"id":"pk-twice","pk":"first","tenant":"first","pk":"last","tenant":"last"}'),
  delivered('key emoji', '{"id":"pk","pk":"👩‍👩‍👧","tenant":"👩‍👩‍👧","user":"é"}'),
  refused('key 1e400', '{"id":"pk","pk":1e400,"tenant":1e400,"user":0}', /number that is too large/),
  refused('key half a character', '{"id":"pk-half","pk":"\\ud800","tenant":"\\udfff"}', /half a character/),
  delivered('no last level', '{"id":"level","pk":"x","tenant":"x"}'),
  delivered('no first level', '{"id":"level","pk":"y","user":"x"}'),
];

const IDS = [
  refused('id number', '{"id":1,"pk":"x"}', /no id that is a text/),
  refused('no id', '{"pk":"x"}', /no id that is a text/),
  refused('id ""', '{"id":"","pk":"x"}', /no id that is a text/),
  delivered('id of 1,023 bytes', `{"id":"${'i'.repeat(1023)}","pk":"x"}`),
  refused('id of 1,024 bytes', `{"id":"${'i'.repeat(1024)}","pk":"x"}`, /its id is longer than 1023 bytes/),
  ...['a/b', 'a\\b', 'a#b', '..', '.'].map((id) => refused(`id ${id}`, JSON.stringify({ id, pk: 'x' }), /not allowed/)),
  ...[
    'a?b',
    'space ',
    'CON',
    '%2F',
    '%',
    '\0',
    'a\r\nb',
    '\u001b[31m',
    '👩‍👩‍👧',
    'é',
    'e\u0301',
    '__proto__',
    "'",
    '"',
  ].map((id) => delivered(`id ${JSON.stringify(id)}`, JSON.stringify({ id, pk: 'x' }))),
  delivered('id with escapes', '{"id":"\\u0061\\u00e9","pk":"escaped"}'),
  delivered('id with escapes in its name', '{"\\u0069d":"by-name","pk":"x"}'),
  delivered('id twice', '{"id":"first","pk":"twice","id":"last"}'),
  refused('id half a character', '{"id":"a\\ud800","pk":"x"}', /half a character/),
  refused('id other half of one', '{"id":"a\\udfff","pk":"x"}', /half a character/),
];

const TEXTS = [
  delivered('halves of characters', '{"id":"half","pk":"t","text":"\\ud800 \\udfff \\udfff\\ud800"}'),
  delivered('U+0000', '{"id":"nul","pk":"t","text":"\\u0000"}'),
  delivered('U+2028', '{"id":"lines","pk":"t","text":"\u2028\u2029\u0085"}'),
  delivered('control characters', '{"id":"esc","pk":"t","text":"\\u001b]52;c;ZXZpbA==\\u0007\\r\\n\u009b31m\u007f"}'),
  delivered('space between tokens', '{ "id" :\t"spaced" , "pk" : "t",  "list" : [ 1 , 2 ] , "nothing" : { } }'),
];

const NUMBERS = [
  ['2^53+1', '9007199254740993'],
  ['1e400', '1e400'],
  ['minus zero', '-0'],
  ['1E2', '1E2'],
  ['0.1 and a little', '0.1000000000000000055511151231257827'],
  ['thirty digits', '123456789012345678901234567890.50'],
].map(([name = '', number = '']) =>
  delivered(name, `{"id":"number ${number}","pk":"n","n":${number},"in":[${number}]}`),
);

const DEPTHS = [
  nested(127, (text) => delivered('127 levels', text)),
  nested(128, (text) => delivered('128 levels', text)),
  ...[129, 5_000, 1_000_000].map((levels) =>
    nested(levels, (text) => refused(`${levels} levels`, text, /400\/0, it is nested deeper/)),
  ),
];

const NAMES = [
  delivered(
    'names of the language',
    '{"id":"names","pk":"p","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1},"hasOwnProperty":1,"toString":null,"":""}',
  ),
  delivered('names twice', '{"id":"twice","pk":"p","a":1,"a":2,"b":{"c":1,"c":2}}'),
  delivered('names like integers', '{"10":1,"9":2,"id":"integers","pk":"p","1":3}'),
  delivered('names with escapes', '{"id":"escapes","pk":"p","\\u0061":1,"a\\u0000b":2,"\\"":3,"\\ud800":4}'),
];

const SYSTEM = [
  delivered(
    'system properties in the middle',
    '{"id":"system","_etag":"mine","pk":"s","_ts":1,"a":{"_ts":1},"_rid":2,"_self":3,"_attachments":4,"_lsn":5,"z":1}',
    '{"id":"system","pk":"s","a":{"_ts":1},"z":1}',
  ),
  delivered(
    'system properties first, last, twice and with escapes',
    '{"_ts":"x","_etag":1,"id":"system-2","_etag":2,"pk":"s","\\u005fts":2,"_lsn":3}',
    '{"id":"system-2","pk":"s"}',
  ),
  ...['60', '-1', '0', '"soon"', 'null', '1e3', '2147483648'].map((ttl) =>
    delivered(`ttl ${ttl}`, `{"id":"ttl ${ttl.replaceAll('"', '')}","pk":"ttl","ttl":${ttl}}`),
  ),
];

const WRECKS = [
  refused('half an object', '{"id":"wreck","pk":', /JSON/),
  refused('an array', '[{"id":"wreck"}]', /not a JSON object/),
  refused('null', 'null', /not a JSON object/),
  refused('bytes that are no UTF-8', Buffer.from('{"id":"wreck","pk":"\xff"}', 'latin1'), /not UTF-8/),
  refused('a number that is none', '{"id":"wreck","pk":"x","n":NaN}', /JSON/),
];

function delivered(name: string, line: string, arrives = line): Poison {
  return { name, line: Buffer.from(line), arrives };
}

function refused(name: string, line: string | Buffer, reason: RegExp): Poison {
  return { name, line: Buffer.from(line as string), arrives: undefined, reason };
}

function sized(beyond: number): Poison {
  return delivered(`2 MB and ${beyond} bytes`, sizedText(beyond));
}

function sizedText(beyond: number): string {
  const [head, tail] = [`{"id":"sized${beyond}","pk":"size","text":"`, '"}'];
  return `${head}${'x'.repeat(BYTES_MAX + beyond - head.length - tail.length)}${tail}`;
}

/** The document itself is the first level. */
function nested(levels: number, make: (text: string) => Poison): Poison {
  return make(`{"id":"deep${levels}","pk":"d","deep":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`);
}
