import { afterEach, describe, expect, test, vi } from 'vitest';
import { resultsOf } from '../../src/sql/execution.ts';
import { FUNCTIONS } from '../../src/sql/functions/index.ts';
import { prepareQuery } from '../../src/sql/query.ts';
import { callFunction, testRows } from './functions-rows.ts';

const JULY = '2020-07-03T00:00:00.0000000';
const [EARLY, LATE] = ['2018-03-05T05:00:00.0000000', '2019-02-04T16:00:00.0000000'];
const JANUARY = '2021-01-08T18:35:00.0000000';
const MAY = '2016-05-29T08:30:00.1301617';
const OCTOBER = '2024-10-10 14:40:20';

describe('as documented:', () => {
  testRows([
    ['DATETIMEADD', ['yyyy', 1, JULY], '2021-07-03T00:00:00.0000000Z'],
    ['DATETIMEADD', ['mm', 1, JULY], '2020-08-03T00:00:00.0000000Z'],
    ['DATETIMEADD', ['dd', 1, JULY], '2020-07-04T00:00:00.0000000Z'],
    ['DATETIMEADD', ['hh', 1, JULY], '2020-07-03T01:00:00.0000000Z'],
    ['DATETIMEADD', ['yyyy', -1, JULY], '2019-07-03T00:00:00.0000000Z'],
    ['DATETIMEADD', ['mm', -1, JULY], '2020-06-03T00:00:00.0000000Z'],
    ['DATETIMEADD', ['dd', -1, JULY], '2020-07-02T00:00:00.0000000Z'],
    ['DATETIMEADD', ['hh', -1, JULY], '2020-07-02T23:00:00.0000000Z'],
    ['DATETIMEADD', ['ss', -25, JULY], '2020-07-02T23:59:35.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'dd'], '2021-01-08T00:00:00.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'hh'], '2021-01-08T18:00:00.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'ss'], '2021-01-08T18:35:00.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'hh', 5], '2021-01-08T15:00:00.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'dd', 7], '2021-01-07T00:00:00.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'dd', 7, '1601-01-01T00:00:00.0000000'], '2021-01-04T00:00:00.0000000Z'],
    ['DATETIMEDIFF', ['yyyy', LATE, EARLY], -1],
    ['DATETIMEDIFF', ['mm', LATE, EARLY], -11],
    ['DATETIMEDIFF', ['hh', LATE, EARLY], -8075],
    ['DATETIMEDIFF', ['ss', LATE, EARLY], -29070000],
    ['DATETIMEDIFF', ['yyyy', EARLY, LATE], 1],
    ['DATETIMEDIFF', ['mm', EARLY, LATE], 11],
    ['DATETIMEDIFF', ['hh', EARLY, LATE], 8075],
    ['DATETIMEDIFF', ['ss', EARLY, LATE], 29070000],
    ['DATETIMEFORMAT', [OCTOBER, 'yyyyMMdd'], '20241010'],
    ['DATETIMEFORMAT', [OCTOBER, 'yyyy-MM-dd [HH:mm:ss]'], '2024-10-10 [14:40:20]'],
    ['DATETIMEFORMAT', [OCTOBER, 'To\\da\\y i\\s: yyyy-MM-ddTHH:mm:ss.fff'], 'Today is: 2024-10-10T14:40:20.000'],
    ['DATETIMEFORMAT', [OCTOBER, 'To\\da\\y i\\s: yyyy-MM-ddTHH:mm:ss.FFF'], 'Today is: 2024-10-10T14:40:20.'],
    ['DATETIMEFROMPARTS', [2017, 4, 20], '2017-04-20T00:00:00.0000000Z'],
    ['DATETIMEFROMPARTS', [2017, 4, 20, 0, 0, 0, 0], '2017-04-20T00:00:00.0000000Z'],
    ['DATETIMEFROMPARTS', [2017, 4, 20, 13, 15, 20, 3456789], '2017-04-20T13:15:20.3456789Z'],
    ['DATETIMEFROMPARTS', [2017, 4, 20, 13, 15], '2017-04-20T13:15:00.0000000Z'],
    ['DATETIMEFROMPARTS', [-2000, -1, -1], undefined],
    ['DATETIMEPART', ['yyyy', MAY], 2016],
    ['DATETIMEPART', ['mm', MAY], 5],
    ['DATETIMEPART', ['dd', MAY], 29],
    ['DATETIMEPART', ['hh', MAY], 8],
    ['DATETIMEPART', ['mi', MAY], 30],
    ['DATETIMEPART', ['ss', MAY], 0],
    ['DATETIMEPART', ['ms', MAY], 130],
    ['DATETIMEPART', ['mcs', MAY], 130161],
    ['DATETIMEPART', ['ns', MAY], 130161700],
    ['DATETIMETOTICKS', ['2015-05-19T12:00:00.0000000'], 14320368000000000],
    ['DATETIMETOTIMESTAMP', ['2015-05-19T12:00:00.0000000'], 1432036800000],
    ['TICKSTODATETIME', [15973607943002652], '2020-08-13T23:19:54.3002652Z'],
    ['TICKSTODATETIME', [0], '1970-01-01T00:00:00.0000000Z'],
    ['TICKSTODATETIME', [-116444736000000000], '1601-01-01T00:00:00.0000000Z'],
    ['TIMESTAMPTODATETIME', [1597360794300], '2020-08-13T23:19:54.3000000Z'],
    ['TIMESTAMPTODATETIME', [0], '1970-01-01T00:00:00.0000000Z'],
    ['TIMESTAMPTODATETIME', [-11644473600000], '1601-01-01T00:00:00.0000000Z'],
    ['IS_DATETIME', ['2023-03-06'], true],
    ['IS_DATETIME', ['2023-03-06Z'], true],
    ['IS_DATETIME', ['2023-03-06 15:29:00Z'], true],
    ['IS_DATETIME', ['2023-03-06T15:29:00Z'], true],
    ['IS_DATETIME', ['2023-03-06T15:29:59'], true],
    ['IS_DATETIME', ['2023-03-06T15:29:59.9'], true],
    ['IS_DATETIME', ['2023-03-06T15:29:59.1234567Z'], true],
  ]);
});

describe('what is a date:', () => {
  testRows([
    ['IS_DATETIME', ['2023-'], false],
    ['IS_DATETIME', ['2023-03-'], false],
    ['IS_DATETIME', ['2023-03-06_15:29:00Z'], false],
    ['IS_DATETIME', ['2023-03-06T15:29'], false],
    ['IS_DATETIME', ['2023-03-06T15:29:59.'], false],
    ['IS_DATETIME', ['2023-03-06T15:29:59.12345678'], false],
    ['IS_DATETIME', ['2023-03-06T15:29:59+01:00'], false],
    ['IS_DATETIME', ['2023-02-29'], false],
    ['IS_DATETIME', ['2024-02-29'], true],
    ['IS_DATETIME', ['1900-02-29'], false],
    ['IS_DATETIME', ['2000-02-29'], true],
    ['IS_DATETIME', ['2023-13-01'], false],
    ['IS_DATETIME', ['2023-00-01'], false],
    ['IS_DATETIME', ['2023-01-00'], false],
    ['IS_DATETIME', ['2023-01-01T24:00:00'], false],
    ['IS_DATETIME', ['2023-01-01T23:60:00'], false],
    ['IS_DATETIME', ['2023-01-01T23:59:60'], false],
    ['IS_DATETIME', ['0000-01-01'], false],
    ['IS_DATETIME', ['0001-01-01'], true],
    ['IS_DATETIME', ['2023-01-01\n'], false],
    ['IS_DATETIME', [20230101], false],
    ['IS_DATETIME', [undefined], false],
  ]);
});

describe('borders of months, years and the calendar:', () => {
  testRows([
    ['DATETIMEADD', ['mm', 1, '2023-01-31'], '2023-02-28T00:00:00.0000000Z'],
    ['DATETIMEADD', ['month', 1, '2024-01-31'], '2024-02-29T00:00:00.0000000Z'],
    ['DATETIMEADD', ['m', -13, '2024-03-31'], '2023-02-28T00:00:00.0000000Z'],
    ['DATETIMEADD', ['mm', 3, '2024-01-31'], '2024-04-30T00:00:00.0000000Z'],
    ['DATETIMEADD', ['yy', 1, '2024-02-29'], '2025-02-28T00:00:00.0000000Z'],
    ['DATETIMEADD', ['year', 4, '2024-02-29T01:02:03.4567890Z'], '2028-02-29T01:02:03.4567890Z'],
    ['DATETIMEADD', ['n', 1, '2023-12-31T23:59:00'], '2024-01-01T00:00:00.0000000Z'],
    ['DATETIMEADD', ['ms', 1, JULY], '2020-07-03T00:00:00.0010000Z'],
    ['DATETIMEADD', ['mcs', -1, JULY], '2020-07-02T23:59:59.9999990Z'],
    ['DATETIMEADD', ['ns', 150, JULY], '2020-07-03T00:00:00.0000001Z'],
    ['DATETIMEADD', ['ns', 99, JULY], '2020-07-03T00:00:00.0000000Z'],
    ['DATETIMEADD', ['dd', 1, '9999-12-31'], undefined],
    ['DATETIMEADD', ['ns', 100, '9999-12-31T23:59:59.9999998Z'], '9999-12-31T23:59:59.9999999Z'],
    ['DATETIMEADD', ['ns', 100, '9999-12-31T23:59:59.9999999Z'], undefined],
    ['DATETIMEADD', ['mm', -1, '0001-01-15'], undefined],
    ['DATETIMEADD', ['ss', -1, '0001-01-01'], undefined],
    ['DATETIMEADD', ['yyyy', 1e300, JULY], undefined],
    ['DATETIMEADD', ['ns', 1e300, JULY], undefined],
    ['DATETIMEADD', ['dd', 0.5, JULY], undefined],
    ['DATETIMEADD', ['week', 1, JULY], undefined],
    ['DATETIMEDIFF', ['yyyy', '2023-12-31T23:59:59.9999999', '2024-01-01'], 1],
    ['DATETIMEDIFF', ['yyyy', '2024-01-01', '2024-12-31'], 0],
    ['DATETIMEDIFF', ['mm', '2024-01-31', '2024-02-01'], 1],
    ['DATETIMEDIFF', ['dd', '2024-01-31T23:59:59', '2024-02-01T00:00:00'], 1],
    ['DATETIMEDIFF', ['dd', '1969-12-31T23:59:59', '1970-01-01'], 1],
    ['DATETIMEDIFF', ['dd', '1969-12-31T00:00:00', '1969-12-31T23:59:59'], 0],
    ['DATETIMEDIFF', ['mi', '2024-01-01T00:00:59.9', '2024-01-01T00:01:00.1'], 1],
    ['DATETIMEDIFF', ['ms', '2024-01-01T00:00:00.0009999', '2024-01-01T00:00:00.0010000'], 1],
    ['DATETIMEDIFF', ['ns', '2024-01-01T00:00:00.0000001', '2024-01-01T00:00:00.0000003'], 200],
    ['DATETIMEDIFF', ['yyyy', '0001-01-01', '9999-12-31'], 9998],
    ['DATETIMEDIFF', ['dd', '0001-01-01', '9999-12-31'], 3652058],
    ['DATETIMEBIN', ['1969-12-31T18:35:00', 'dd'], '1969-12-31T00:00:00.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'mi', 30], '2021-01-08T18:30:00.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'hh', 2, '2021-01-08T17:00:00'], '2021-01-08T17:00:00.0000000Z'],
    ['DATETIMEBIN', [JANUARY, 'dd', 2, '2021-01-09'], '2021-01-07T00:00:00.0000000Z'],
    ['DATETIMEBIN', ['2021-01-08T18:35:00.1234567', 'ns', 250], '2021-01-08T18:35:00.1234565Z'],
    ['DATETIMEBIN', ['2021-01-08T18:35:00.1234567', 'mcs'], '2021-01-08T18:35:00.1234560Z'],
    ['DATETIMEBIN', [JANUARY, 'mm'], undefined],
    ['DATETIMEBIN', [JANUARY, 'yyyy'], undefined],
    ['DATETIMEBIN', [JANUARY, 'dd', 0], undefined],
    ['DATETIMEBIN', [JANUARY, 'dd', -1], undefined],
    ['DATETIMEBIN', [JANUARY, 'dd', 1.5], undefined],
    ['DATETIMEBIN', [JANUARY, 'dd', 1, '1600-12-31T23:59:59.9999999'], undefined],
    ['DATETIMEFROMPARTS', [2024, 2, 29], '2024-02-29T00:00:00.0000000Z'],
    ['DATETIMEFROMPARTS', [2023, 2, 29], undefined],
    ['DATETIMEFROMPARTS', [1, 1, 1], '0001-01-01T00:00:00.0000000Z'],
    ['DATETIMEFROMPARTS', [99, 12, 31], '0099-12-31T00:00:00.0000000Z'],
    ['DATETIMEFROMPARTS', [10000, 1, 1], undefined],
    ['DATETIMEFROMPARTS', [2023, 1, 1, 24], undefined],
    ['DATETIMEFROMPARTS', [2023, 1, 1, 0, 60], undefined],
    ['DATETIMEFROMPARTS', [2023, 1, 1, 0, 0, -1], undefined],
    ['DATETIMEFROMPARTS', [2023, 1, 1, 0, 0, 0, 10_000_000], undefined],
    ['DATETIMEFROMPARTS', [2023, 1.5, 1], undefined],
    ['DATETIMEFROMPARTS', [1e300, 1, 1], undefined],
    ['DATETIMEPART', ['year', '0001-01-01'], 1],
    ['DATETIMEPART', ['ns', '1969-12-31T23:59:59.9999999'], 999999900],
    ['DATETIMEPART', ['hour', '1969-12-31T23:59:59.9999999'], 23],
    ['DATETIMEPART', ['weekday', MAY], undefined],
    ['DATETIMETOTICKS', ['1970-01-01'], 0],
    ['DATETIMETOTICKS', ['1969-12-31T23:59:59.9999999Z'], -1],
    ['DATETIMETOTICKS', ['0001-01-01'], -62135596800 * 1e7],
    ['DATETIMETOTIMESTAMP', ['1969-12-31T23:59:59.9999999Z'], -1],
    ['DATETIMETOTIMESTAMP', ['2024-01-01T00:00:00.0019999Z'], 1704067200001],
    ['TICKSTODATETIME', [-1], '1969-12-31T23:59:59.9999999Z'],
    ['TICKSTODATETIME', [0.5], undefined],
    ['TICKSTODATETIME', [1e30], undefined],
    ['TICKSTODATETIME', [-1e19], undefined],
    ['TIMESTAMPTODATETIME', [253402300799999], '9999-12-31T23:59:59.9990000Z'],
    ['TIMESTAMPTODATETIME', [253402300800000], undefined],
    ['TIMESTAMPTODATETIME', [-62135596800000], '0001-01-01T00:00:00.0000000Z'],
    ['TIMESTAMPTODATETIME', [-62135596800001], undefined],
    ['YEAR', [MAY], 2016],
    ['MONTH', [MAY], 5],
    ['DAY', [MAY], 29],
    ['DAY', ['2016-05-29'], 29],
  ]);
});

describe('formats:', () => {
  testRows([
    ['DATETIMEFORMAT', ['2005-03-07T04:05:06.0700000Z', 'y yy yyy yyyyy'], '5 05 2005 02005'],
    ['DATETIMEFORMAT', ['2005-03-07T04:05:06', 'M MM MMM MMMM'], '3 03 Mar March'],
    ['DATETIMEFORMAT', ['2005-03-07T04:05:06', 'd dd ddd dddd'], '7 07 Mon Monday'],
    ['DATETIMEFORMAT', ['1969-12-31', 'dddd'], 'Wednesday'],
    ['DATETIMEFORMAT', ['2024-02-29', 'dddd'], 'Thursday'],
    ['DATETIMEFORMAT', ['2005-03-07T14:05:06', 'h:m:s tt; hh:mm t; H'], '2:5:6 PM; 02:05 P; 14'],
    ['DATETIMEFORMAT', ['2005-03-07T00:00:00', 'h tt'], '12 AM'],
    ['DATETIMEFORMAT', ['2005-03-07T12:00:00', 'h tt'], '12 PM'],
    ['DATETIMEFORMAT', ['2005-03-07T04:05:06.0712000Z', 'f ff fffffff FFFFFFF'], '0 07 0712000 0712'],
    ['DATETIMEFORMAT', ['2005-03-07', 'ffffffff'], undefined],
    ['DATETIMEFORMAT', ['2005-03-07', '\'day\' d "month" M'], 'day 7 month 3'],
    ['DATETIMEFORMAT', ['2005-03-07', 'd\\'], '7'],
    ['DATETIMEFORMAT', ['2005-03-07', "d'"], "7'"],
    ['DATETIMEFORMAT', ['2005-03-07', ''], ''],
    ['DATETIMEFORMAT', ['2005-03-07', '年\n😀'], '年\n😀'],
  ]);
});

describe('arguments of a wrong type give undefined:', () => {
  testRows([
    ['DATETIMEADD', ['dd', '1', JULY], undefined],
    ['DATETIMEADD', [1, 1, JULY], undefined],
    ['DATETIMEADD', ['dd', 1, 'July'], undefined],
    ['DATETIMEADD', ['dd', 1, undefined], undefined],
    ['DATETIMEBIN', [null, 'dd'], undefined],
    ['DATETIMEBIN', [JANUARY, 'dd', '1'], undefined],
    ['DATETIMEBIN', [JANUARY, 'dd', 1, 'x'], undefined],
    ['DATETIMEDIFF', ['dd', EARLY, 5], undefined],
    ['DATETIMEDIFF', ['x', EARLY, LATE], undefined],
    ['DATETIMEFORMAT', [OCTOBER, 5], undefined],
    ['DATETIMEFORMAT', ['x', 'yyyy'], undefined],
    ['DATETIMEFROMPARTS', ['2017', 4, 20], undefined],
    ['DATETIMEFROMPARTS', [2017, 4, 20, undefined], undefined],
    ['DATETIMEPART', ['dd', 5], undefined],
    ['DATETIMETOTICKS', [5], undefined],
    ['DATETIMETOTIMESTAMP', ['x'], undefined],
    ['TICKSTODATETIME', ['0'], undefined],
    ['TIMESTAMPTODATETIME', [null], undefined],
    ['YEAR', [2016], undefined],
    ['MONTH', ['x'], undefined],
    ['DAY', [undefined], undefined],
  ]);
});

describe('the current time', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test.each([
    ['GETCURRENTDATETIME', [], '2024-02-29T12:34:56.7890000Z'],
    ['GETCURRENTDATETIMESTATIC', [], '2024-02-29T12:34:56.7890000Z'],
    ['GETCURRENTTICKS', [], 17092100967890000],
    ['GETCURRENTTICKSSTATIC', [], 17092100967890000],
    ['GETCURRENTTIMESTAMP', [], 1709210096789],
    ['GETCURRENTTIMESTAMPSTATIC', [], 1709210096789],
    ['NOW', [], '2024-02-29T12:34:56.7890000Z'],
    ['NOW', ['yyyy', 1], '2025-02-28T12:34:56.7890000Z'],
    ['NOW', ['yyyy', 0.5], undefined],
    ['NOW', ['yyyy'], undefined],
    ['NOW', [undefined, 1], undefined],
    ['AGO', ['hh', 13], '2024-02-28T23:34:56.7890000Z'],
    ['AGO', ['hh', -1], '2024-02-29T13:34:56.7890000Z'],
    ['AGO', ['x', 1], undefined],
    ['AGO', ['hh', '1'], undefined],
  ])('%s(%j) is %j', (name, values, expected) => {
    vi.useFakeTimers({ now: Date.UTC(2024, 1, 29, 12, 34, 56, 789), toFake: ['Date'] });
    expect(callFunction(name, values)).toBe(expected);
  });

  test('is to be taken once a query by the static functions and no others', () => {
    const names = [...FUNCTIONS].filter(([, { once }]) => once).map(([name]) => name);
    expect(names.sort()).toEqual(['GETCURRENTDATETIMESTATIC', 'GETCURRENTTICKSSTATIC', 'GETCURRENTTIMESTAMPSTATIC']);
  });

  test('is taken once a query, wherever the static functions stand and however many documents there are', () => {
    let time = 1000;
    vi.spyOn(Date, 'now').mockImplementation(() => ++time);
    const timesOf = (name: string): unknown[] => {
      const text = `SELECT VALUE [${name}(), (SELECT VALUE ${name}())] FROM c WHERE ${name}() > 0 ORDER BY c.id`;
      return [...resultsOf(prepareQuery(text), [{ id: 1 }, { id: 2 }])].flat();
    };
    expect(new Set(timesOf('GETCURRENTTIMESTAMP')).size).toBe(4);
    const [first, second] = [timesOf('GETCURRENTTIMESTAMPSTATIC'), timesOf('GETCURRENTTIMESTAMPSTATIC')];
    expect(first).toEqual(Array(4).fill(time - 1));
    expect(second).toEqual(Array(4).fill(time));
  });
});
