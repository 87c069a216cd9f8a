"""Records what Pathway computes for the programs of test/golden/programs, into test/golden/recorded.json.

    python3 -m venv ~/.venvs/pathway && ~/.venvs/pathway/bin/pip install pathway==0.33.0
    ~/.venvs/pathway/bin/python scripts/golden/record.py [--check] [TEXT]

Run it from the checkout after a program was added or changed. With TEXT only programs whose name holds it are computed,
and printed instead of recorded; with --check nothing is written, and the exit code tells whether it would change.

A program is recorded as its columns and its rows. A row is what became of one key: its changes, [time, diff, ...cells],
deletions first within a time. The keys themselves are not recorded: those of two engines cannot be compared, but which
changes share one can. Rows are sorted by their text. A failed cell is {"failed": true}. Where Pathway stops or refuses
the program, what it says is recorded instead.
"""

import json
import logging
import subprocess
import sys
from collections import defaultdict
from itertools import count
from pathlib import Path

import pandas as pd
import pathway as pw
from pathway.internals import api, parse_graph

VERSION = "0.33.0"
ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "test/golden/recorded.json"

TYPES = {"int": int, "float": float, "str": str, "bool": bool}
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def duration(text):
    return pw.Duration(**{UNITS[text[-1]]: int(text[:-1])})


METHODS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "floorDiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "pow": lambda a, b: a**b,
    "neg": lambda a: -a,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "not": lambda a: ~a,
    "isNull": lambda a: a.is_none(),
    "isNotNull": lambda a: a.is_not_none(),
    "cast": lambda a, name: pw.cast(TYPES[name], a),
    "toStr": lambda a: a.to_string(),
    "get": lambda a, i, *otherwise: a.get(i, *otherwise) if otherwise else a[i],
    "coalesce": pw.coalesce,
    "datetime": lambda a: a.dt.utc_from_timestamp(unit="ms"),
    "fillError": pw.fill_error,
    "ifElse": pw.if_else,
    "makeTuple": pw.make_tuple,
    "require": pw.require,
    "unwrap": pw.unwrap,
    "apply": lambda name, a: pw.apply_with_type(FUNCTIONS[name](), int, a),
    "num.abs": lambda a: a.num.abs(),
    "num.round": lambda a, *digits: a.num.round(*digits),
    "num.fillNull": lambda a, b: a.num.fill_na(b),
    "str.len": lambda a: a.str.len(),
    "str.lower": lambda a: a.str.lower(),
    "str.upper": lambda a: a.str.upper(),
    "str.title": lambda a: a.str.title(),
    "str.swapcase": lambda a: a.str.swapcase(),
    "str.reverse": lambda a: a.str.reversed(),
    "str.strip": lambda a, *characters: a.str.strip(*characters),
    "str.startsWith": lambda a, b: a.str.startswith(b),
    "str.endsWith": lambda a, b: a.str.endswith(b),
    "str.count": lambda a, b: a.str.count(b),
    "str.find": lambda a, b: a.str.find(b),
    "str.rfind": lambda a, b: a.str.rfind(b),
    "str.replace": lambda a, b, c, *most: a.str.replace(b, c, *most),
    "str.slice": lambda a, b, c: a.str.slice(b, c),
    "str.removePrefix": lambda a, b: a.str.removeprefix(b),
    "str.removeSuffix": lambda a, b: a.str.removesuffix(b),
    "str.parseInt": lambda a: a.str.parse_int(),
    "str.parseFloat": lambda a: a.str.parse_float(),
    "str.parseIntOrNull": lambda a: a.str.parse_int(optional=True),
    "str.parseFloatOrNull": lambda a: a.str.parse_float(optional=True),
    "dt.floor": lambda a, text: a.dt.floor(duration(text)),
    "dt.round": lambda a, text: a.dt.round(duration(text)),
    "dt.strftime": lambda a, text: a.dt.strftime(text),
    "dt.timestamp": lambda a, unit: a.dt.timestamp(unit=unit),
    "count": pw.reducers.count,
    "sum": pw.reducers.sum,
    "avg": pw.reducers.avg,
    "min": pw.reducers.min,
    "max": pw.reducers.max,
    "argMin": pw.reducers.argmin,
    "argMax": pw.reducers.argmax,
    "any": pw.reducers.any,
    "unique": pw.reducers.unique,
    "countDistinct": pw.reducers.count_distinct,
    "earliest": pw.reducers.earliest,
    "latest": pw.reducers.latest,
    "sortedTuple": pw.reducers.sorted_tuple,
    "sortedTupleWithoutNulls": lambda a: pw.reducers.sorted_tuple(a, skip_nones=True),
    # What orders the tuple is said in groupby.
    "tupleBy": lambda a, by: pw.reducers.tuple(a),
}
PARTS = "year month day hour minute second millisecond weekday days hours minutes seconds milliseconds"
for part in PARTS.split():
    METHODS[f"dt.{part}"] = lambda a, part=part: getattr(a.dt, part)()

ACCEPTORS = {
    "differs": lambda value, accepted: value != accepted,
    "higher": lambda value, accepted: value > accepted,
    "threeAway": lambda value, accepted: abs(value - accepted) >= 3,
}


def counter():
    calls = count(1)
    return lambda value: next(calls)


FUNCTIONS = {"triple": lambda: lambda value: 3 * value, "callNumber": counter}


def evaluate(expr, column, table=None):
    if isinstance(expr, str) and expr.startswith("$"):
        return column(expr[1:])
    if not isinstance(expr, list):
        return expr
    name, *args = expr
    values = [evaluate(arg, column, table) for arg in args]
    if name == "pointerFrom":
        return table.pointer_from(*values)
    return METHODS[name](*values)


def of_table(table):
    return lambda name: table.id if name == "id" else table[name]


def record_of(columns, column, table=None):
    return {name: evaluate(expr, column, table) for name, expr in columns.items()}


def ordering(columns):
    """What the tuples of a reduce are ordered by; all by the same."""
    by = {expr[2] for expr in columns.values() if isinstance(expr, list) and expr[0] == "tupleBy"}
    assert len(by) <= 1
    return by.pop() if by else None


JOINS = {"join": "join_inner", "joinLeft": "join_left", "joinRight": "join_right", "joinOuter": "join_outer"}


def join(step, tables):
    _, mode, left, right, pairs, columns = step
    left, right = tables[left].copy(), tables[right].copy()

    def column(name):
        side, name = name.split(".")
        return (left if side == "left" else right)[name]

    conditions = [evaluate(a, column) == evaluate(b, column) for a, b in pairs]
    return getattr(left, JOINS[mode])(right, *conditions).select(**record_of(columns, column))


def chain(step, tables):
    _, first, links, end = step
    joined = {first: tables[first].copy()}
    result = joined[first]

    def column(name):
        table, name = name.split(".")
        return joined[table][name]

    for how, *said in links:
        if how == "filter":
            result = result.filter(evaluate(said[0], column))
            continue
        name, pairs = said
        joined[name] = tables[name].copy()
        conditions = [evaluate(a, column) == evaluate(b, column) for a, b in pairs]
        result = getattr(result, JOINS[how])(joined[name], *conditions)
    *by, columns = end[1:]
    if end[0] == "groupBy":
        result = result.groupby(*[evaluate(expr, column) for expr in by[0]])
    finish = result.select if end[0] == "select" else result.reduce
    return finish(**record_of(columns, column))


def group_by(step, tables):
    _, name, by, columns = step
    column = of_table(tables[name])
    sort_by = ordering(columns)
    grouped = tables[name].groupby(
        *[evaluate(expr, column) for expr in by],
        **({} if sort_by is None else {"sort_by": evaluate(sort_by, column)}),
    )
    return grouped.reduce(**record_of(columns, column))


def split(table, condition, which):
    return table.split(evaluate(condition, of_table(table)))[which]


def concat(names, tables):
    parts = [tables[name] for name in names]
    pw.universes.promise_are_pairwise_disjoint(*parts)
    return parts[0].concat(*parts[1:])


def cast_types(table, types):
    return table.with_columns(**{name: pw.cast(TYPES[to], table[name]) for name, to in types.items()})


def rename(table, names):
    return table.rename_by_dict({old: new.removeprefix("$") for new, old in names.items()})


def with_id_from(table, values):
    return table.with_id_from(*[evaluate(value, of_table(table)) for value in values])


def deduplicate(table, said):
    column = of_table(table)
    instance = evaluate(said["instance"], column) if "instance" in said else None
    value = evaluate(said["value"], column)
    return table.deduplicate(value=value, instance=instance, acceptor=ACCEPTORS[said["acceptor"]])


def in_order(operation, table, key, column, instance):
    apart = {} if instance is None else {"instance": table[instance]}
    if operation == "diff":
        return table.diff(table[key], table[column], **apart)
    order = table.sort(key=table[key], **apart)
    before = table.ix(order.prev, optional=True)
    after = table.ix(order.next, optional=True)
    return table.select(own=table[column], before=before[column], after=after[column])


def of_subset(method, table, other):
    other.promise_universe_is_subset_of(table)
    return getattr(table, method)(other)


def compute_step(step, tables):
    operation, name = step[0], step[1]
    if operation == "join":
        return join(step, tables)
    if operation == "chain":
        return chain(step, tables)
    if operation == "groupBy":
        return group_by(step, tables)
    if operation == "concat":
        return concat(name, tables)
    if operation == "intersect":
        return tables[name].intersect(*[tables[one] for one in step[2]])
    if operation == "ixRef":
        column = of_table(tables[name])
        return tables[step[2]].ix_ref(*[evaluate(value, column) for value in step[3]], **step[4])
    if operation in ("sort", "diff"):
        return in_order(operation, *[tables[name], *step[2:]])
    if operation == "concatReindex":
        return pw.Table.concat_reindex(*[tables[one] for one in name])
    table = tables[name]
    argument = step[2] if len(step) > 2 else None
    column = of_table(table)
    return {
        "select": lambda: table.select(**record_of(argument, column, table)),
        "withColumns": lambda: table.with_columns(**record_of(argument, column, table)),
        "reduce": lambda: table.reduce(**record_of(argument, column)),
        "filter": lambda: table.filter(evaluate(argument, column)),
        "splitMatching": lambda: split(table, argument, 0),
        "splitRest": lambda: split(table, argument, 1),
        "without": lambda: table.without(*argument),
        "rename": lambda: rename(table, argument),
        "castTypes": lambda: cast_types(table, argument),
        "flatten": lambda: table.flatten(table[argument]),
        "removeErrors": lambda: table.remove_errors(),
        "withIdFrom": lambda: with_id_from(table, argument),
        "deduplicate": lambda: deduplicate(table, argument),
        "difference": lambda: table.difference(tables[argument]),
        "restrict": lambda: of_subset("restrict", table, tables[argument]),
        "updateCells": lambda: of_subset("update_cells", table, tables[argument]),
        "interpolate": lambda: table.interpolate(table[argument], table[step[3]]),
        "toStream": lambda: table.to_stream(argument),
        "fromStream": lambda: table.stream_to_table(table[argument]),
        "updateRows": lambda: table.update_rows(tables[argument]),
    }[operation]()


def given(markdown):
    lines = "\n".join(line.strip() for line in markdown.strip().splitlines())
    return pw.debug.table_from_markdown(lines, split_on_whitespace=False)


def cell(value):
    if value is api.ERROR:
        return {"failed": True}
    if isinstance(value, pd.Timestamp):
        return value.as_unit("ns").value // 1_000_000
    if isinstance(value, pd.Timedelta):
        return value.as_unit("ns").value // 1_000_000
    if isinstance(value, tuple):
        return [cell(one) for one in value]
    assert value is None or isinstance(value, (bool, int, float, str)), type(value)
    return value


def compute(program):
    parse_graph.G.clear()
    tables = {name: given(markdown) for name, markdown in program["tables"].items()}
    for name, step in program["steps"].items():
        tables[name] = result = compute_step(step, tables)
    stops = program.get("onError") != "report"
    [changes] = pw.debug._compute_tables(result, terminate_on_error=stops)
    rows = defaultdict(list)
    for change in changes:
        rows[change.key].append([change.time, change.diff, *map(cell, change.values)])
    histories = [sorted(row, key=lambda change: (change[0], change[1], dump(change))) for row in rows.values()]
    return {"columns": list(result.column_names()), "rows": sorted(histories, key=dump)}


def recorded(named):
    print(named["name"], file=sys.stderr, flush=True)
    head = {"program": named["fingerprint"]}
    try:
        return head | compute(named["program"])
    except Exception as error:
        text = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        return head | {"stops": text}


def main(arguments):
    if pw.__version__ != VERSION:
        sys.exit(f"this is Pathway {pw.__version__}, the recordings are of {VERSION}")
    logging.disable(logging.INFO)
    printed = subprocess.run(
        ["node", "--import", "tsx", "scripts/golden/print-programs.ts"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    check = "--check" in arguments
    wanted = [argument for argument in arguments if argument != "--check"]
    programs = [named for named in json.loads(printed.stdout) if all(text in named["name"] for text in wanted)]
    entries = [f"{json.dumps(named['name'], ensure_ascii=False)}: {dump(recorded(named))}" for named in programs]
    text = f'{{\n"pathway": "{VERSION}",\n"programs": {{\n' + ",\n".join(entries) + "\n}\n}\n"
    if wanted:
        print(text)
    elif check:
        sys.exit(0 if RECORDED.read_text() == text else "the recordings are not those of the programs")
    else:
        RECORDED.write_text(text)


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1:])
