import type { Program } from "../program.ts";
import { bools, floats, gaps, instants, names, numerals, pairs, texts } from "../tables.ts";

/** Expressions, row by row. */
export const expressionPrograms = {
  "arithmetic of ints": {
    tables: { pairs },
    steps: {
      result: [
        "select",
        "pairs",
        {
          add: ["add", "$a", "$b"],
          sub: ["sub", "$a", "$b"],
          mul: ["mul", "$a", "$b"],
          neg: ["neg", "$a"],
          square: ["pow", "$a", 2],
        },
      ],
    },
  },
  "quotients and remainders of ints follow the divisor's sign": {
    tables: { pairs },
    steps: {
      result: [
        "select",
        "pairs",
        {
          div: ["div", "$a", "$b"],
          floorDiv: ["floorDiv", "$a", "$b"],
          mod: ["mod", "$a", "$b"],
        },
      ],
    },
  },
  "plain numbers on either side": {
    tables: { pairs },
    steps: {
      result: [
        "select",
        "pairs",
        {
          more: ["add", "$a", 1],
          less: ["sub", 1, "$a"],
          mix: ["mul", "$a", 0.5],
          by: ["floorDiv", "$a", -4],
          rest: ["mod", "$a", -4],
        },
      ],
    },
  },
  "arithmetic of floats": {
    tables: { floats },
    steps: {
      result: [
        "select",
        "floats",
        {
          add: ["add", "$x", "$y"],
          mul: ["mul", "$x", "$y"],
          div: ["div", "$x", "$y"],
          neg: ["neg", "$x"],
          square: ["pow", "$x", 2],
        },
      ],
    },
  },
  "quotients and remainders of floats": {
    tables: { floats },
    steps: {
      result: ["select", "floats", { floorDiv: ["floorDiv", "$x", "$y"], mod: ["mod", "$x", "$y"] }],
    },
  },
  "comparisons of ints": {
    tables: { pairs },
    steps: {
      result: [
        "select",
        "pairs",
        {
          eq: ["eq", "$a", 7],
          ne: ["ne", "$a", "$b"],
          lt: ["lt", "$a", "$b"],
          le: ["le", "$a", 0],
          gt: ["gt", "$a", "$b"],
          ge: ["ge", "$a", 7],
        },
      ],
    },
  },
  "an int beside a float": {
    tables: { pairs },
    steps: {
      result: ["select", "pairs", { sum: ["add", "$a", 0.25], eq: ["eq", "$a", 7.0], lt: ["lt", "$a", 0.5] }],
    },
  },
  "comparisons of texts": {
    tables: { texts },
    steps: {
      result: [
        "select",
        "texts",
        {
          eq: ["eq", "$s", "Horse"],
          lt: ["lt", "$s", "b"],
          ge: ["ge", "$s", "They"],
          added: ["add", "$s", "!"],
        },
      ],
    },
  },
  logic: {
    tables: { bools },
    steps: {
      result: [
        "select",
        "bools",
        {
          and: ["and", "$p", "$q"],
          or: ["or", "$p", "$q"],
          xor: ["xor", "$p", "$q"],
          not: ["not", "$p"],
          eq: ["eq", "$p", "$q"],
        },
      ],
    },
  },
  "abs and round": {
    tables: { floats },
    steps: {
      result: [
        "select",
        "floats",
        {
          abs: ["num.abs", "$x"],
          whole: ["num.round", "$y"],
          half: ["num.round", "$x"],
          one: ["num.round", "$y", 1],
          tens: ["num.round", "$x", -1],
        },
      ],
    },
  },
  "casts between numbers": {
    tables: { floats, pairs },
    steps: {
      cut: ["select", "floats", { n: ["cast", "$x", "int"], b: ["cast", "$x", "bool"] }],
      made: ["select", "pairs", { n: ["cast", "$a", "int"], b: ["cast", "$b", "bool"] }],
      result: ["concatReindex", ["cut", "made"]],
    },
  },
  "a cast makes floats that divide": {
    tables: { pairs },
    steps: {
      result: [
        "select",
        "pairs",
        { half: ["div", ["cast", "$a", "float"], 2], bool: ["cast", ["cast", "$a", "bool"], "int"] },
      ],
    },
  },
  "numbers and bools as texts": {
    tables: { pairs, bools },
    steps: {
      numbers: ["select", "pairs", { text: ["toStr", "$a"] }],
      bools: ["select", "bools", { text: ["toStr", "$p"] }],
      result: ["concatReindex", ["numbers", "bools"]],
    },
  },
  "a function of a column": {
    tables: { pairs },
    steps: { result: ["select", "pairs", { a: "$a", triple: ["apply", "triple", "$a"] }] },
  },
  "either by a condition": {
    tables: { pairs },
    steps: {
      result: [
        "select",
        "pairs",
        {
          sign: ["ifElse", ["lt", "$a", 0], "minus", ["ifElse", ["eq", "$a", 0], "zero", "plus"]],
          safe: ["ifElse", ["eq", "$a", 0], 0, ["floorDiv", 100, "$a"]],
        },
      ],
    },
  },
  "missing numbers": {
    tables: { gaps },
    steps: {
      result: [
        "select",
        "gaps",
        {
          k: "$k",
          gone: ["isNull", "$v"],
          there: ["isNotNull", "$v"],
          filled: ["coalesce", "$v", "$w", 0],
          sum: ["add", ["coalesce", "$v", 0], ["coalesce", "$w", 0]],
          needed: ["require", "$v", "$w"],
        },
      ],
    },
  },
  "null equals null": {
    tables: { gaps },
    steps: {
      result: [
        "select",
        "gaps",
        { same: ["eq", "$v", "$w"], other: ["ne", "$v", "$w"], three: ["eq", "$v", 3] },
      ],
    },
  },
  "null is filled": {
    tables: { gaps },
    steps: { result: ["select", "gaps", { v: ["num.fillNull", "$v", -1], w: ["num.fillNull", "$w", 0] }] },
  },
  "missing texts": {
    tables: { names },
    steps: {
      result: [
        "select",
        "names",
        {
          name: ["coalesce", "$first", "$nick", "nobody"],
          nick: ["coalesce", ["str.lower", ["coalesce", "$nick", "-"]], "?"],
          both: ["and", ["isNotNull", "$first"], ["isNotNull", "$nick"]],
        },
      ],
    },
  },
  "a condition takes the side without the gap": {
    tables: { gaps },
    steps: {
      result: ["select", "gaps", { v: ["ifElse", ["isNull", "$v"], -1, ["coalesce", ["unwrap", "$v"], 0]] }],
    },
  },
  "capitals and lengths": {
    tables: { texts },
    steps: {
      result: [
        "select",
        "texts",
        {
          lower: ["str.lower", "$s"],
          upper: ["str.upper", "$s"],
          title: ["str.title", "$s"],
          swapcase: ["str.swapcase", "$s"],
          len: ["str.len", "$s"],
          reversed: ["str.reverse", "$s"],
        },
      ],
    },
  },
  "parts of texts": {
    tables: { texts },
    steps: {
      result: [
        "select",
        "texts",
        {
          slice: ["str.slice", "$s", 1, 3],
          tail: ["str.slice", "$s", -3, -1],
          prefix: ["str.removePrefix", "$s", "gr"],
          suffix: ["str.removeSuffix", "$s", "e"],
          stripped: ["str.strip", "$s", "na"],
        },
      ],
    },
  },
  "texts within texts": {
    tables: { texts },
    steps: {
      result: [
        "select",
        "texts",
        {
          starts: ["str.startsWith", "$s", "H"],
          ends: ["str.endsWith", "$s", "e"],
          count: ["str.count", "$s", "an"],
          find: ["str.find", "$s", "a"],
          rfind: ["str.rfind", "$s", "a"],
          replaced: ["str.replace", "$s", "a", "o"],
          once: ["str.replace", "$s", "a", "o", 1],
        },
      ],
    },
  },
  "texts as numbers": {
    tables: { numerals },
    steps: {
      result: [
        "select",
        "numerals",
        {
          s: "$s",
          int: ["str.parseIntOrNull", "$s"],
          float: ["str.parseFloatOrNull", "$s"],
        },
      ],
    },
  },
  "the parts of instants": {
    tables: { instants },
    steps: {
      at: ["select", "instants", { at: ["datetime", "$ms"] }],
      result: [
        "select",
        "at",
        {
          year: ["dt.year", "$at"],
          month: ["dt.month", "$at"],
          day: ["dt.day", "$at"],
          hour: ["dt.hour", "$at"],
          minute: ["dt.minute", "$at"],
          second: ["dt.second", "$at"],
          millisecond: ["dt.millisecond", "$at"],
          weekday: ["dt.weekday", "$at"],
        },
      ],
    },
  },
  "instants rounded": {
    tables: { instants },
    steps: {
      at: ["select", "instants", { at: ["datetime", "$ms"] }],
      result: [
        "select",
        "at",
        {
          hour: ["dt.floor", "$at", "1h"],
          day: ["dt.floor", "$at", "1d"],
          quarter: ["dt.round", "$at", "15m"],
          second: ["dt.round", "$at", "1s"],
        },
      ],
    },
  },
  "instants as texts and numbers": {
    tables: { instants },
    steps: {
      at: ["select", "instants", { at: ["datetime", "$ms"] }],
      result: [
        "select",
        "at",
        {
          text: ["dt.strftime", "$at", "%Y-%m-%d %H:%M:%S"],
          day: ["dt.strftime", "$at", "%d.%m.%y, %j"],
          s: ["dt.timestamp", "$at", "s"],
          ms: ["dt.timestamp", "$at", "ms"],
        },
      ],
    },
  },
  "durations between instants": {
    tables: { instants },
    steps: {
      at: ["select", "instants", { at: ["datetime", "$ms"], noon: ["datetime", ["add", "$ms", 129600500]] }],
      took: ["select", "at", { took: ["sub", "$noon", "$at"], back: ["sub", "$at", "$noon"], at: "$at" }],
      result: [
        "select",
        "took",
        {
          days: ["dt.days", "$took"],
          hours: ["dt.hours", "$took"],
          minutes: ["dt.minutes", "$took"],
          seconds: ["dt.seconds", "$back"],
          milliseconds: ["dt.milliseconds", "$back"],
          later: ["add", "$at", "$took"],
          twice: ["mul", "$took", 2],
          longer: ["gt", "$took", "$back"],
        },
      ],
    },
  },
  "tuples and their elements": {
    tables: { pairs },
    steps: {
      both: ["select", "pairs", { pair: ["makeTuple", "$a", "$b", "x"] }],
      result: [
        "select",
        "both",
        {
          pair: "$pair",
          first: ["get", "$pair", 0],
          last: ["get", "$pair", -1],
          none: ["get", "$pair", 7, null],
        },
      ],
    },
  },
  "an int or a float by a condition": {
    tables: { pairs },
    steps: {
      result: [
        "select",
        "pairs",
        { half: ["ifElse", ["gt", "$a", 0], ["div", "$a", 2], "$b"], some: ["coalesce", "$a", 0.5] },
      ],
    },
  },
  "a function's result leaves as it came": {
    tables: {
      t: `
          | k | __time__ | __diff__
        1 | a | 2        | 1
        2 | b | 4        | 1
        1 | a | 6        | -1
        3 | c | 8        | 1
        2 | b | 10       | -1
        2 | d | 10       | 1
      `,
    },
    steps: { result: ["select", "t", { k: "$k", call: ["apply", "callNumber", "$k"] }] },
  },
  "sums of a function's results": {
    tables: {
      t: `
          | k | __time__ | __diff__
        1 | a | 2        | 1
        2 | a | 4        | 1
        1 | a | 6        | -1
        3 | b | 8        | 1
        2 | a | 10       | -1
      `,
    },
    steps: {
      calls: ["select", "t", { k: "$k", call: ["apply", "callNumber", "$k"] }],
      result: ["groupBy", "calls", ["$k"], { k: "$k", sum: ["sum", "$call"] }],
    },
  },
} as const satisfies Record<string, Program>;
