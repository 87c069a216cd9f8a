/** Tables that many programs start from: rows come, change and go over several commits. */

/** Two ints; row 2 changes, row 3 goes and comes back, row 1 goes for good. */
export const pairs = `
    | a   | b  | __time__ | __diff__
  1 | 7   | 2  | 2        | 1
  2 | -7  | 2  | 2        | 1
  3 | 7   | -2 | 2        | 1
  2 | -7  | 2  | 4        | -1
  2 | -7  | -3 | 4        | 1
  4 | 0   | 5  | 4        | 1
  3 | 7   | -2 | 6        | -1
  5 | 100 | 9  | 6        | 1
  3 | 7   | -2 | 8        | 1
  1 | 7   | 2  | 8        | -1
`;

/** Two floats, halves and signs among them. */
export const floats = `
    | x     | y    | __time__ | __diff__
  1 | 2.5   | 0.5  | 2        | 1
  2 | -2.5  | 2.25 | 2        | 1
  3 | 3.5   | -1.5 | 4        | 1
  4 | -0.75 | 4    | 4        | 1
  2 | -2.5  | 2.25 | 6        | -1
  2 | 1e3   | 2.25 | 6        | 1
  3 | 3.5   | -1.5 | 8        | -1
`;

/** Two bools, all four pairs. */
export const bools = `
    | p     | q     | __time__ | __diff__
  1 | True  | True  | 2        | 1
  2 | True  | False | 2        | 1
  3 | False | True  | 4        | 1
  4 | False | False | 4        | 1
  1 | True  | True  | 6        | -1
  1 | False | True  | 6        | 1
  2 | True  | False | 8        | -1
`;

/** Texts with spaces inside, capitals and letters beyond ASCII. */
export const texts = `
    | s            | n | __time__ | __diff__
  1 | Horse        | 1 | 2        | 1
  2 | grey boat    | 2 | 2        | 1
  3 | Straße       | 0 | 4        | 1
  4 | banana       | 3 | 4        | 1
  2 | grey boat    | 2 | 6        | -1
  2 | They're Here | 2 | 6        | 1
  5 | né😀x        | 2 | 6        | 1
  1 | Horse        | 1 | 8        | -1
`;

/** Texts that are numbers, or are not. */
export const numerals = `
    | s    | __time__ | __diff__
  1 | 12   | 2        | 1
  2 | -7   | 2        | 1
  3 | abc  | 4        | 1
  4 | 1.5  | 4        | 1
  2 | -7   | 6        | -1
  2 | +3   | 6        | 1
  3 | abc  | 8        | -1
`;

/** Instants in milliseconds since 1970, one of them before. */
export const instants = `
    | ms            | __time__ | __diff__
  1 | 1795256523004 | 2        | 1
  2 | 0             | 2        | 1
  3 | 951782400000  | 4        | 1
  4 | -1500         | 4        | 1
  1 | 1795256523004 | 6        | -1
  1 | 1704067199999 | 6        | 1
  2 | 0             | 8        | -1
`;

/** Amounts that are missing in some rows; row 2 gets one, row 1 loses it. */
export const gaps = `
    | k | v    | w    | __time__ | __diff__
  1 | a | 3    | None | 2        | 1
  2 | b | None | 5    | 2        | 1
  3 | a | None | None | 4        | 1
  2 | b | None | 5    | 4        | -1
  2 | b | 4    | 5    | 4        | 1
  1 | a | 3    | None | 6        | -1
  1 | a | None | 7    | 6        | 1
  4 | b | 9    | 9    | 6        | 1
  3 | a | None | None | 8        | -1
`;

/** Names that are missing in some rows. */
export const names = `
    | first | nick | __time__ | __diff__
  1 | Ada   | None | 2        | 1
  2 | None  | Bob  | 2        | 1
  3 | None  | None | 4        | 1
  2 | None  | Bob  | 6        | -1
  2 | Bert  | Bob  | 6        | 1
  1 | Ada   | None | 8        | -1
`;

/**
 * Sales by region: groups grow and shrink; at 6 a group's least and greatest leave; at 8 a change leaves a sum as it
 * was; at 10 a group vanishes; at 12 it is back.
 */
export const sales = `
    | region | item  | n  | __time__ | __diff__
  1 | north  | pear  | 3  | 2        | 1
  2 | north  | apple | 5  | 2        | 1
  3 | south  | pear  | 4  | 2        | 1
  4 | north  | pear  | 1  | 4        | 1
  5 | south  | fig   | 9  | 4        | 1
  2 | north  | apple | 5  | 6        | -1
  5 | south  | fig   | 9  | 6        | -1
  4 | north  | pear  | 1  | 6        | -1
  6 | north  | fig   | 2  | 6        | 1
  1 | north  | pear  | 3  | 8        | -1
  6 | north  | fig   | 2  | 8        | -1
  7 | north  | pear  | 4  | 8        | 1
  8 | north  | fig   | 1  | 8        | 1
  3 | south  | pear  | 4  | 10       | -1
  9 | south  | apple | 6  | 12       | 1
`;

/** Readings that only come. */
export const readings = `
    | sensor | v  | __time__
  1 | a      | 5  | 2
  2 | b      | 7  | 2
  3 | a      | 3  | 4
  4 | b      | 7  | 6
  5 | a      | 9  | 6
  6 | c      | 1  | 8
`;

/** Orders: order 2 changes its customer at 6, order 1 goes at 8; order 4 has a customer that nobody knows. */
export const orders = `
    | customer | amount | __time__ | __diff__
  1 | 1        | 10     | 2        | 1
  2 | 2        | 20     | 2        | 1
  3 | 1        | 30     | 4        | 1
  4 | 9        | 40     | 4        | 1
  2 | 2        | 20     | 6        | -1
  2 | 1        | 20     | 6        | 1
  1 | 1        | 10     | 8        | -1
  5 | 2        | 50     | 12       | 1
`;

/** Customers: 2 comes late, 1 moves to another segment at 8 and goes at 10; two share an id from 12 on. */
export const customers = `
     | nr  | segment | __time__ | __diff__
  11 | 1   | retail  | 2        | 1
  13 | 3   | bulk    | 2        | 1
  12 | 2   | retail  | 4        | 1
  11 | 1   | retail  | 8        | -1
  11 | 1   | bulk    | 8        | 1
  11 | 1   | bulk    | 10       | -1
  14 | 2   | bulk    | 12       | 1
`;
