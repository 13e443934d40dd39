"""Random templates of the second dialect, with declared variables and values."""

import random

TEXTS = [
    "",
    "a",
    "Ada",
    "grep",
    "x y  z",
    "<b>&'\"",
    "é ß İ",
    "10",
    "3.5",
    " pad ",
    "{{ n }}",
]
TEXTS += ["one\ntwo\n\nthree", "A-b (c) d_e", "%s", "ⅷ②", "a.b.c", "ALL CAPS", "tEST"]
NUMBERS = [0, 1, 2, 3, -1, 7, 10, 255, 1000, 123456, 10**20, -17]
FLOATS = [0.0, 1.0, 0.5, -2.25, 1e20, 1e-7, 3.14159, 100.0, 2.5, 1.5]
KINDS = {
    "user": "str",
    "name": "str",
    "note": "str | None",
    "limit": "int",
    "count": "int",
    "ratio": "float",
    "vip": "bool",
    "tools": ["str"],
    "sizes": ["int"],
    "owner": {"name": "str", "mail": "str", "age": "int"},
    "steps": [{"title": "str", "done": "bool", "size": "int"}],
    "rows": [["int"]],
}


def value_of(kind, chance):
    """Return a random value of a type."""
    if isinstance(kind, list):
        return [
            value_of(kind[0], chance) for _ in range(chance.choice([0, 1, 2, 2, 3, 5]))
        ]
    if isinstance(kind, dict):
        return {name: value_of(of, chance) for name, of in kind.items()}
    if kind == "str | None":
        return chance.choice([None, *TEXTS])
    return chance.choice(
        {"str": TEXTS, "int": NUMBERS, "float": FLOATS, "bool": [True, False]}[kind]
    )


TEXT_FILTERS = [
    "upper",
    "lower",
    "trim",
    "title",
    "capitalize",
    "string",
    "escape",
    "e",
    "safe",
    "forceescape",
    "tojson",
    "striptags",
    "urlencode",
    "reverse",
    "default('d')",
    "replace('a', 'b')",
    "replace('a', '<', 1)",
    "indent",
    "indent(2, true)",
    "indent(width=3, blank=true)",
    "indent('> ')",
    "truncate(5)",
    "truncate(4, true, '…')",
    "truncate(9, leeway=0)",
    "center(12)",
    "wordwrap(4)",
    "wordwrap(3, false)",
    "first",
    "last",
    "d('z', true)",
    "format",
    "trim('a ')",
]
NUMBER_FILTERS = [
    "abs",
    "int",
    "float",
    "round",
    "round(1)",
    "round(1, 'floor')",
    "round(0, 'ceil')",
    "filesizeformat",
    "filesizeformat(true)",
    "string",
    "default(1)",
    "tojson",
]
LIST_FILTERS = [
    "list",
    "sort",
    "sort(reverse=true)",
    "unique|list",
    "reverse|list",
    "batch(2)|list",
    "batch(2, '-')|list",
    "slice(2)|list",
    "slice(3, 'x')|list",
    "map('string')|list",
    "map('upper')|list",
    "select|list",
    "reject|list",
    "select('defined')|list",
    "sort(case_sensitive=true)",
    "map('default', 'q')|list",
    "reject('none')|list",
]
RECORD_FILTERS = [
    "selectattr('done')|list",
    "rejectattr('done')|list",
    "sort(attribute='title')",
    "sort(attribute='size,title', reverse=true)",
    "selectattr('size', 'gt', 2)|list",
    "unique(attribute='done')|list",
    "rejectattr('title', 'eq', 'a')|list",
]
TESTS = [
    "defined",
    "undefined",
    "none",
    "string",
    "number",
    "mapping",
    "sequence",
    "iterable",
    "boolean",
    "integer",
    "float",
    "true",
    "false",
    "callable",
    "lower",
    "upper",
    "odd",
    "even",
    "divisibleby(2)",
    "divisibleby 3",
    "eq(1)",
    "ne 'a'",
    "in ['a', 1]",
    "escaped",
    "gt(1)",
    "le(2)",
    "sameas(none)",
    "sameas true",
]
LOOP_NUMBERS = ["index", "index0", "revindex", "revindex0", "length", "depth"]
ONE_OF_LIST = ["sum", "max", "min", "first", "last", "sum(start=2)", "tojson"]
METHODS = [
    "upper()",
    "split()",
    "strip()",
    "title()",
    "startswith('A')",
    "replace('a', 'o')",
    "splitlines()",
    "find('a')",
    "join(['x', 'y'])",
    "isdigit()",
    "split('.', 1)",
    "partition(' ')",
    "count('a')",
    "lower().strip()",
    "removeprefix('A')",
    "format(1)",
]


class Grammar:
    """Makes templates; `names` are the variables in scope by type."""

    def __init__(self, chance):
        self.chance = chance
        self.names = [dict(KINDS)]
        self.macros = []
        self.loops = 0
        self.fresh = 0

    def pick(self, options):
        return self.chance.choice(options)

    def maybe(self, share):
        return self.chance.random() < share

    def variables(self, wanted):
        found = {}
        for scope in self.names:
            found.update(scope)
        return [name for name, kind in found.items() if wanted(kind)]

    # Expressions

    def text(self, depth=2):
        names = self.variables(lambda kind: kind in ("str", "str | None"))
        options = [
            repr(self.pick(["", "a", "Ada", "b c", "<", "x.y"])),
            self.pick(names),
        ]
        options += [
            self.pick(names),
            "owner.name",
            "owner['mail']",
            f"tools[{self.pick([0, 1, -1])}]",
        ]
        if not depth:
            return self.pick(options)
        inner = self.text(depth - 1)
        options += [
            f"{inner}|{self.pick(TEXT_FILTERS)}",
            f"({inner})|{self.pick(TEXT_FILTERS)}",
            f"({inner} ~ {self.any(depth - 1)})",
            f"({inner} + {self.text(depth - 1)})",
            f"({inner}).{self.pick(METHODS)}",
            f"({inner})[{self.pick(['0', '1:', ':-1', '::2', '::-1'])}]",
            f"({inner} if {self.condition(depth - 1)} else {self.text(depth - 1)})",
            f"({inner} if {self.condition(depth - 1)})",
            f"{self.list(depth - 1)}|join({self.text(0)})",
            "steps|map(attribute='title')|join(', ')",
            f"('%s-%s' % ({inner}, {self.number(0)}))",
            f"'%s|%05d'|format({inner}, {self.number(0)})",
            f"({inner} * {self.pick([0, 1, 3])})",
            f"{self.any(depth - 1)}|string",
            f"({inner} or {self.text(depth - 1)})",
        ]
        if self.macros:
            name, parameters = self.pick(self.macros)
            given = [
                self.any(depth - 1)
                for _ in range(self.chance.randint(0, parameters + self.maybe(0.1)))
            ]
            options += [f"{name}({', '.join(given)})"] * 3
        if self.loops:
            options += ["loop.cycle('a', 'b')"]
        return self.pick(options)

    def number(self, depth=2):
        names = self.variables(lambda kind: kind in ("int", "float"))
        options = [
            str(self.pick([0, 1, 2, 10, 1.5, -3])),
            self.pick(names),
            self.pick(names),
        ]
        options += ["owner.age", "tools|length", "steps|count", "user|wordcount"]
        if self.loops:
            options += [f"loop.{self.pick(LOOP_NUMBERS)}"] * 2
        if not depth:
            return self.pick(options)
        inner, other = self.number(depth - 1), self.number(depth - 1)
        options += [
            f"({inner} {self.pick(['+', '-', '*', '/', '//', '%', '**'])} {other})",
            f"(-{inner})",
            f"(+{inner})",
            f"({inner})|{self.pick(NUMBER_FILTERS)}",
            f"{self.text(depth - 1)}|int",
            f"{self.text(depth - 1)}|float(2.5)",
            f"sizes|{self.pick(ONE_OF_LIST)}",
            "steps|sum(attribute='size')",
            "(steps|max(attribute='size')).size",
            f"({inner} if {self.condition(depth - 1)} else {other})",
            f"({self.list(depth - 1)})|length",
        ]
        return self.pick(options)

    def list(self, depth=2):
        options = [
            "tools",
            "sizes",
            "rows",
            "steps",
            "['a', 'b', 'A']",
            "[3, 1, 2]",
            "(1, 'x')",
            "[]",
        ]
        if depth:
            inner = self.list(depth - 1)
            options += [
                f"({inner})|{self.pick(LIST_FILTERS)}",
                f"steps|{self.pick(RECORD_FILTERS)}",
                f"[{self.any(depth - 1)}, {self.any(depth - 1)}]",
                f"({self.any(depth - 1)}, {self.any(depth - 1)})",
                f"({inner})[{self.pick(['1:', ':2', '::-1'])}]",
                f"({inner} + {self.list(depth - 1)})",
                f"range({self.pick([0, 2])}, {self.pick([5, 'count|abs % 7'])})|list",
                f"{self.text(depth - 1)}.split()",
                "owner.items()|list",
                "owner|dictsort",
                "owner.keys()|list",
                "owner|items|list",
                "steps|groupby('done')|list",
                "steps|map(attribute='size')|list",
                "owner.values()|list",
                "owner|dictsort(false, 'value')",
                "steps|groupby('title', 'x', true)|map(attribute='grouper')|list",
                f"{self.text(depth - 1)}|list",
            ]
        return self.pick(options)

    def any(self, depth=2):
        return self.pick(
            [self.text, self.text, self.number, self.condition, self.list, self.other]
        )(depth)

    def other(self, depth=2):
        options = [
            "none",
            "true",
            "owner",
            "nope",
            "steps[0]",
            "owner.nope",
            "{'a': 1, 'b': user}",
            "missing.x",
        ]
        options += self.variables(lambda kind: kind == "any") * 3
        if self.loops:
            options += [
                "loop.first",
                "loop.previtem",
                "loop.nextitem|default('-')",
                "loop.changed(user)",
            ]
        if depth:
            options += [
                f"{self.other(depth - 1)}|default({self.text(0)})",
                f"dict(a={self.any(depth - 1)})",
            ]
            options += [f"{self.list(depth - 1)}|{self.pick(ONE_OF_LIST)}"]
            options += [
                f"{{'k': {self.any(depth - 1)}}}['k']",
                f"{{{self.text(0)}: {self.any(depth - 1)}}}",
            ]
        return self.pick(options)

    def condition(self, depth=2):
        options = [
            "vip",
            "true",
            "user",
            "tools",
            "not vip",
            "note",
            "count > 1",
            "none",
        ]
        if self.loops:
            options += ["loop.first", "loop.last", "loop.index is odd"]
        if depth:
            one, two = self.any(depth - 1), self.any(depth - 1)
            number, holds = self.number(depth - 1), self.condition(depth - 1)
            values = self.pick([self.list, self.text])(depth - 1)
            options += [
                f"{one} {self.pick(['==', '!='])} {two}",
                f"{number} {self.pick(['<', '<=', '>', '>='])} {self.number(0)}",
                f"0 < {self.number(depth - 1)} < 10",
                f"{self.text(0)} {self.pick(['in', 'not in'])} {values}",
                f"{one} is {self.pick(TESTS)}",
                f"{one} is not {self.pick(TESTS)}",
                f"({holds} {self.pick(['and', 'or'])} {self.condition(0)})",
                f"not {self.condition(depth - 1)}",
            ]
        return self.pick(options)

    # Statements

    def body(self, depth, length=3):
        return "".join(
            self.statement(depth) for _ in range(self.chance.randint(1, length))
        )

    def tag(self, text):
        left, right = self.pick(["", "", "", "-", "+"]), self.pick(["", "", "", "-"])
        return f"{{%{left} {text} {right}%}}"

    def scoped(self, added, make):
        self.names.append(dict(added))
        try:
            return make()
        finally:
            self.names.pop()

    def name(self):
        self.fresh += 1
        return self.pick(["x", "y", "item", f"v{self.fresh}", self.pick(list(KINDS))])

    def statement(self, depth):
        options = [self.literal, self.output, self.output, self.output, self.assign]
        if depth:
            options += [
                self.branch,
                self.branch,
                self.loop,
                self.loop,
                self.capture,
                self.section,
            ]
            options += [
                self.with_,
                self.macro,
                self.call,
                self.spaces,
                self.block,
                self.recursive,
            ]
            if self.loops:
                options += [self.jump]
        return self.pick(options)(depth - 1)

    def literal(self, _):
        return self.pick(["text ", "\n", " a\n  b", "{# no #}", "é", "- "])

    def output(self, _):
        left, right = self.pick(["", "", "", "-"]), self.pick(["", "", "", "-"])
        return f"{{{{{left} {self.any(self.pick([0, 1, 2, 3]))} {right}}}}}"

    def assign(self, _):
        name, make = (
            self.name(),
            self.pick([(self.text, "str"), (self.number, "int"), (self.any, "any")]),
        )
        value = make[0](1)
        if self.maybe(0.15):
            return (
                self.tag("set ns = namespace(a=1)")
                + self.tag(f"set ns.a = {value}")
                + "{{ ns.a }}"
            )
        if self.maybe(0.1):
            return (
                self.tag(f"set {name}, y = {value}, {self.text(1)}")
                + f"{{{{ {name} }}}}"
            )
        if make[1] != "any" or name not in KINDS:
            self.names[-1][name] = (
                KINDS.get(name, make[1]) if name in KINDS else make[1]
            )
        return self.tag(f"set {name} = {value}")

    def branch(self, depth):
        text = self.tag(f"if {self.condition()}") + self.body(depth)
        if self.maybe(0.3):
            text += self.tag(f"elif {self.condition(1)}") + self.body(depth)
        if self.maybe(0.5):
            text += self.tag("else") + self.body(depth)
        return text + self.tag("endif")

    def loop(self, depth):
        over, names, added = self.pick(
            [
                ("tools", "x", {"x": "str"}),
                ("sizes", "item", {"item": "int"}),
                ("steps", "s", {"s": "any"}),
                (self.list(1), "y", {"y": "any"}),
                ("owner.items()", "k, v", {"k": "str", "v": "any"}),
                ("rows", "r", {"r": "any"}),
                ("['p', 'q']", "x", {"x": "str"}),
                ("range(3)", "item", {"item": "int"}),
                ("steps|groupby('done')", "g, l", {"g": "any", "l": "any"}),
                ("tools", "user", {"user": "str"}),
                ("tools|select", "x", {"x": "str"}),
            ]
        )
        test = (
            f" if {self.scoped(added, lambda: self.condition(1))}"
            if self.maybe(0.2)
            else ""
        )
        self.loops += 1
        body = self.scoped(added, lambda: self.body(depth))
        self.loops -= 1
        end = self.tag("else") + self.body(depth) if self.maybe(0.3) else ""
        return (
            self.tag(f"for {names} in {over}{test}") + body + end + self.tag("endfor")
        )

    def recursive(self, depth):
        body = self.scoped({"n": "any"}, lambda: self.body(depth, 2))
        return (
            "{% for n in rows recursive %}"
            + body
            + "({{ loop.depth }}{{ loop(n) if n is iterable }}){% endfor %}"
        )

    def jump(self, _):
        word = self.tag(self.pick(["break", "continue"]))
        return self.tag(f"if {self.condition(1)}") + word + self.tag("endif")

    def capture(self, depth):
        name = self.pick(["x", "y", "block"])
        filters = (
            f" | {self.pick(['upper', 'trim', 'replace(user, 1)'])}"
            if self.maybe(0.3)
            else ""
        )
        body = self.scoped({}, lambda: self.body(depth))
        self.names[-1][name] = "str"
        return (
            self.tag(f"set {name}{filters}")
            + body
            + self.tag("endset")
            + f"{{{{ {name} }}}}"
        )

    def section(self, depth):
        name = self.pick(
            [
                "upper",
                "trim",
                "indent(2)",
                "replace('a', user)",
                "title|trim",
                "length",
                "tojson",
            ]
        )
        body = self.scoped({}, lambda: self.body(depth))
        return self.tag(f"filter {name}") + body + self.tag("endfilter")

    def with_(self, depth):
        name, value = self.name(), self.text(1)
        body = self.scoped({name: "str"}, lambda: self.body(depth))
        return (
            self.tag(f"with {name} = {value}, z = {self.any(1)}")
            + body
            + self.tag("endwith")
        )

    def macro(self, depth):
        name = f"m{len(self.macros)}"
        parameters = self.chance.randint(0, 2)
        names = [["p", f"q={self.any(0)}"][number] for number in range(parameters)]
        macros, self.macros = self.macros, list(self.macros)
        loops, self.loops = self.loops, 0
        extra = self.pick(
            ["", "", "{{ varargs }}", "{{ kwargs }}", "{{ caller() if caller }}"]
        )
        body = self.scoped(
            {"p": "any", "q": "any"} if parameters else {}, lambda: self.body(depth)
        )
        self.macros, self.loops = [*macros, (name, parameters)], loops
        return (
            self.tag(f"macro {name}({', '.join(names)})")
            + body
            + extra
            + self.tag("endmacro")
        )

    def call(self, depth):
        if not self.macros:
            return self.output(depth)
        name, parameters = self.pick(self.macros)
        loops, self.loops = self.loops, 0
        body = self.scoped({}, lambda: self.body(depth))
        self.loops = loops
        given = ", ".join(self.any(1) for _ in range(parameters))
        start = (
            "{% macro c(x) %}[{{ caller(x) }}]{% endmacro %}{% call(t) c("
            + self.any(1)
            + ") %}{{ t }}"
        )
        if self.maybe(0.7):
            return start + body + "{% endcall %}"
        return f"{{% call {name}({given}) %}}" + body + "{% endcall %}"

    def block(self, depth):
        self.fresh += 1
        loops, self.loops = self.loops, 0
        scoped = self.pick(["", " scoped"])
        body = self.body(depth)
        self.loops = loops
        return f"{{% block b{self.fresh}{scoped} %}}{body}{{% endblock %}}"

    def spaces(self, _):
        return self.pick(
            [
                "  {%- if vip -%}  v  {%- endif %}\n",
                "\n{{- user -}}\n",
                "{% raw %}{{ x }}{% endraw %}",
            ]
        )


def case(seed):
    """Return a template and the values of its variables."""
    chance = random.Random(seed)
    grammar = Grammar(chance)
    template = grammar.body(3, 4)
    return template, {name: value_of(kind, chance) for name, kind in KINDS.items()}
