import { describe } from 'vitest';
import { testRows } from './functions-rows.ts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('as documented:', () => {
  testRows([
    ['STRINGTOARRAY', ['[]'], []],
    ['STRINGTOARRAY', ['[ "coats", "gloves", "hats" ]'], ['coats', 'gloves', 'hats']],
    [
      'STRINGTOARRAY',
      ['[ { "types": [ "coats", "gloves" ] }, [ "hats" ], 76, false, null ]'],
      [{ types: ['coats', 'gloves'] }, ['hats'], 76, false, null],
    ],
    ['STRINGTOARRAY', ["[ 'coats', 'gloves', 'hats' ]"], undefined],
    ['STRINGTOARRAY', [undefined], undefined],
    ['STRINGTOARRAY', [null], undefined],
    ['STRINGTOOBJECT', ['{}'], {}],
    ['STRINGTOOBJECT', ['{"isAvailable": true}'], { isAvailable: true }],
    ['STRINGTOOBJECT', ['{"division": {"name": "Sales"}}'], { division: { name: 'Sales' } }],
    ['STRINGTOOBJECT', ["{'price': 27.55}"], undefined],
    ['STRINGTONUMBER', ['100'], 100],
    ['STRINGTONUMBER', ['3.14'], 3.14],
    ['STRINGTONUMBER', ['   60   '], 60],
    ['STRINGTONUMBER', ['-1.79769e+308'], -1.79769e308],
    ['STRINGTONUMBER', ['Hello'], undefined],
    ['STRINGTOBOOLEAN', ['true'], true],
    ['STRINGTOBOOLEAN', ['true  '], true],
    ['STRINGTOBOOLEAN', ['  false'], false],
    ['STRINGTOBOOLEAN', ['  false  '], false],
    ['STRINGTOBOOLEAN', [true], undefined],
    ['STRINGTOBOOLEAN', ['100'], undefined],
    ['STRINGTOBOOLEAN', ['Hello'], undefined],
    ['STRINGTONULL', ['null'], null],
    ['STRINGTONULL', ['null  '], null],
    ['STRINGTONULL', ['  null'], null],
    ['STRINGTONULL', ['NULL'], undefined],
    ['STRINGTONULL', ['Null'], undefined],
    ['STRINGTONULL', [null], undefined],
    ['STRINGTONULL', [undefined], undefined],
    ['TOSTRING', [125], '125'],
    ['TOSTRING', [0.1234], '0.1234'],
    ['TOSTRING', [false], 'false'],
    ['TOSTRING', [[1, 2, 3]], '[1,2,3]'],
    ['TOSTRING', [{ department: 'Bicycles' }], '{"department":"Bicycles"}'],
    ['TOSTRING', ['Hello World'], 'Hello World'],
    ['TOSTRING', [undefined], undefined],
    ['TOSTRING', [Number.NaN], 'NaN'],
    ['TOSTRING', [Number.POSITIVE_INFINITY], 'Infinity'],
  ]);
});

describe('JSON is taken to the letter:', () => {
  testRows([
    ['STRINGTONUMBER', [''], undefined],
    ['STRINGTONUMBER', ['+1'], undefined],
    ['STRINGTONUMBER', ['0x10'], undefined],
    ['STRINGTONUMBER', ['.5'], undefined],
    ['STRINGTONUMBER', ['01'], undefined],
    ['STRINGTONUMBER', ['1e999'], undefined],
    ['STRINGTONUMBER', ['NaN'], undefined],
    ['STRINGTONUMBER', ['"1"'], undefined],
    ['STRINGTONUMBER', [1], undefined],
    ['STRINGTOBOOLEAN', ['True'], undefined],
    ['STRINGTOARRAY', ['{}'], undefined],
    ['STRINGTOARRAY', ['[1,]'], undefined],
    ['STRINGTOARRAY', ['[1] 2'], undefined],
    ['STRINGTOOBJECT', ['[]'], undefined],
    ['STRINGTOOBJECT', ['null'], undefined],
    ['STRINGTOOBJECT', ['{"a":1'], undefined],
    ['STRINGTONULL', [''], undefined],
    ['STRINGTONULL', ['0'], undefined],
    ['STRINGTOARRAY', ['\n[ "\\u00e9" ]\t'], ['é']],
  ]);
});

describe('what is nested deeper than a document may be is undefined:', () => {
  testRows([
    ['STRINGTOARRAY', [nested(128)], JSON.parse(nested(128))],
    ['STRINGTOARRAY', [nested(129)], undefined],
    ['STRINGTOARRAY', [nested(500_000)], undefined],
    ['TOSTRING', [JSON.parse(nested(128))], nested(128)],
    ['TOSTRING', [JSON.parse(nested(1000))], undefined],
  ]);
});

describe('a value is written as its JSON:', () => {
  testRows([
    ['TOSTRING', [null], 'null'],
    ['TOSTRING', [''], ''],
    ['TOSTRING', [-0.5], '-0.5'],
    ['TOSTRING', [1e21], '1e+21'],
    ['TOSTRING', [['a', null, { b: 'é"' }]], '["a",null,{"b":"é\\""}]'],
  ]);
});
