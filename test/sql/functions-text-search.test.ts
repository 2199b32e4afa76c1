import { describe } from 'vitest';
import { testRows } from './functions-rows.ts';

describe('as documented:', () => {
  testRows([
    ['CONTAINS', ['AdventureWorks', 'Adventure'], true],
    ['CONTAINS', ['AdventureWorks', 'adventure'], false],
    ['CONTAINS', ['AdventureWorks', 'adventure', true], true],
    ['ENDSWITH', ['AdventureWorks', 'Works'], true],
    ['ENDSWITH', ['AdventureWorks', 'works', false], false],
    ['ENDSWITH', ['AdventureWorks', 'works', true], true],
    ['STARTSWITH', ['AdventureWorks', 'adventure'], false],
    ['STARTSWITH', ['AdventureWorks', 'adventure', true], true],
    ['STRINGEQUALS', ['AdventureWorks', 'AdventureWorks'], true],
    ['STRINGEQUALS', ['AdventureWorks', 'adventureworks', false], false],
    ['STRINGEQUALS', ['AdventureWorks', 'adventureworks', true], true],
    ['CONTAINS_ALL_CI', ['Have a nice day!', 'have', 'nice', 'day!'], true],
    ['CONTAINS_ALL_CI', ['Have a nice day!', 'HAVE', 'NICE', 'DAY!'], true],
    ['CONTAINS_ALL_CI', ['Have a nice day!', 'had', 'nice', 'day!'], false],
    ['CONTAINS_ALL_CI', ['Have a nice day!', undefined, 'nice', 'day!'], undefined],
    ['CONTAINS_ALL_CI', ['Have a nice day!', undefined, 'had'], false],
    ['INDEX_OF', ['AdventureWorks', 'A'], 0],
    ['INDEX_OF', ['AdventureWorks', 's'], 13],
    ['INDEX_OF', ['AdventureWorks', 'Works'], 9],
    ['INDEX_OF', ['AdventureWorks', 'tureW'], 5],
    ['INDEX_OF', ['AdventureWorks', 'Cosmos'], -1],
    ['INDEX_OF', ['AdventureWorks', 'Works', 5], 9],
    ['INDEX_OF', ['AdventureWorks', 'Adventure', 5], -1],
    ['INDEX_OF', ['AdventureWorks', 'aD'], -1],
    ['LASTINDEXOF', ['abcdeabc', 'abc'], 5],
    ['LASTINDEXOF', ['abcdeabc', 'abc', 6], 0],
    ['LASTINDEXOF', ['abcdeabc', 'abc', 7], 5],
    ['LASTINDEXOF', ['abcdeabc', 'fg'], -1],
    ['SUBSTRINGAFTER', ['contoso|north|2026', '|'], 'north|2026'],
    ['SUBSTRINGAFTER', ['bike::touring::frame', '::'], 'touring::frame'],
    ['SUBSTRINGBEFORE', ['contoso|north|2026', '|'], 'contoso'],
    ['SUBSTRINGBEFORE', ['bike::touring::frame', '::'], 'bike'],
    ['LASTSUBSTRINGAFTER', ['/products/shoes/boots', '/'], 'boots'],
    ['LASTSUBSTRINGAFTER', ['bike::touring::frame', '::'], 'frame'],
    ['LASTSUBSTRINGBEFORE', ['/products/shoes/boots', '/'], '/products/shoes'],
    ['LASTSUBSTRINGBEFORE', ['bike::touring::frame', '::'], 'bike::touring'],
  ]);
});

describe('empty strings and ends:', () => {
  testRows([
    ['CONTAINS', ['abc', ''], true],
    ['CONTAINS', ['', 'a'], false],
    ['STARTSWITH', ['abc', ''], true],
    ['STARTSWITH', ['abc', 'bc'], false],
    ['ENDSWITH', ['abc', ''], true],
    ['ENDSWITH', ['abc', 'ab'], false],
    ['STRINGEQUALS', ['', ''], true],
    ['STRINGEQUALS', ['a', 'a '], false],
    ['CONTAINS', ['GRÜSSE', 'grü', true], true],
    ['INDEX_OF', ['abc', ''], 0],
    ['INDEX_OF', ['abc', 'a', 0], 0],
    ['INDEX_OF', ['abc', 'a', 1], -1],
    ['INDEX_OF', ['abc', '', 4], -1],
    ['INDEX_OF', ['abc', 'a', -5], 0],
    ['INDEX_OF', ['abc', 'c', 1.5], undefined],
    ['INDEX_OF', ['a😀b', 'b'], 3],
    ['LASTINDEXOF', ['abc', 'a', -1], -1],
    ['LASTINDEXOF', ['abc', 'c', 100], 2],
    ['LASTINDEXOF', ['abc', 'c', 1], -1],
    ['LASTINDEXOF', ['abc', 'c', 0.5], undefined],
    ['SUBSTRINGAFTER', ['a/', '/'], ''],
    ['SUBSTRINGBEFORE', ['/a', '/'], ''],
    ['SUBSTRINGAFTER', ['abc', '/'], undefined],
    ['LASTSUBSTRINGBEFORE', ['abc', '/'], undefined],
  ]);
});

describe('several strings are joined by the logic of three values:', () => {
  testRows([
    ['CONTAINS_ALL_CS', ['Have a nice day!', 'Have', 'nice'], true],
    ['CONTAINS_ALL_CS', ['Have a nice day!', 'have', 'nice'], false],
    ['CONTAINS_ANY_CI', ['Have a nice day!', 'had', 'NICE'], true],
    ['CONTAINS_ANY_CI', ['Have a nice day!', 'had', 'night'], false],
    ['CONTAINS_ANY_CI', ['Have a nice day!', undefined, 'nice'], true],
    ['CONTAINS_ANY_CI', ['Have a nice day!', undefined, 'had'], undefined],
    ['CONTAINS_ANY_CS', ['Have a nice day!', 'HAVE'], false],
    ['CONTAINS_ANY_CS', ['Have a nice day!', 'HAVE', 'day'], true],
    ['CONTAINS_ANY_CS', ['Have a nice day!', 5], undefined],
    ['CONTAINS_ANY_CS', [5, '5'], undefined],
  ]);
});

describe('arguments of a wrong type give undefined:', () => {
  testRows([
    ['CONTAINS', [undefined, 'a'], undefined],
    ['CONTAINS', ['a', null], undefined],
    ['CONTAINS', [['a'], 'a'], undefined],
    ['CONTAINS', ['a', 'a', 1], undefined],
    ['CONTAINS', ['a', 'a', undefined], undefined],
    ['STARTSWITH', [1, '1'], undefined],
    ['ENDSWITH', ['1', 1], undefined],
    ['STRINGEQUALS', [1, 1], undefined],
    ['INDEX_OF', [null, 'a'], undefined],
    ['INDEX_OF', ['a', 'a', '0'], undefined],
    ['INDEX_OF', ['a', 'a', undefined], undefined],
    ['LASTINDEXOF', ['a', 1], undefined],
    ['LASTINDEXOF', ['a', 'a', null], undefined],
    ['SUBSTRINGAFTER', [1, '/'], undefined],
    ['LASTSUBSTRINGAFTER', ['a', undefined], undefined],
  ]);
});
