"""Mutants that cannot change any result: a rule that proves it, and those judged one by one, each with its reason."""

import ast
from functools import partial

from mutation.sites import Apply, Site
from stress.kernels import codes, layout, tables

CONSTANTS = {
    name: value for part in (layout, tables, codes) for name, value in vars(part).items() if isinstance(value, int)
}
"""Rows and places that the kernels name; several are 0."""
NO_CAP = "a step without a cap then has one of 1e300, which no amount comes near"
NO_BUCKET = "the rate of a bucket beyond the last, which nothing looks at"
NO_EARLIER = "in the first stage what is due of earlier ones is summed and not looked at"
CLOCKS = "a clock has 1, 3 or 30 cohorts, and the one with 1 pays at every step: it never comes here"
NEXT_TO_NOTHING = "e^-600 is nothing beside a share of the lanes, and so is a path of that weight beside any other"
NOTHING_DUE = "a share of nothing is nothing, whatever it is over"
AT_ANOTHER_MONTH = "histories begin again in other months, as often: what they stand for is the same but for rounding"
EVERY_MONTH = "what a month defers or dilutes is then nothing, and reckoned: it takes longer, that is all"
MONTH_OF_POOL = (
    "defers, dilutes = payment != 1.0, dilution > 0.0  # few months do, and what they do is some of the work"
)
OTHER_PHASES = "conditions of phases that nobody is in are tested too: it takes longer, that is all"
NO_SUCH_LOSS = "a loss of all but exactly so little, or the severity of a loss that no path has and that is no number"
JUDGED: dict[tuple[str, str, str], str] = {
    (
        "stress.measures.means",
        "bounded, whole = Interval(parts.estimate, parts.error, low, high), parts.estimate > 1.0 - TINY",
        "Gt -> GtE",
    ): NO_SUCH_LOSS,
    (
        "stress.measures.means",
        "return _where(whole & (lost > 0.0), proportion(lost, lost), widened(ds, bounded, lost, None))",
        "Gt -> GtE",
    ): NO_SUCH_LOSS,
    (
        "stress.kernels.alone",
        "total = run_block(problem, 0, 0).total_bought()",
        "0 -> 1",
    ): "the problem is one without chance, in which every path of every block is the same, whatever the seed",
    (
        "stress.measures.fans",
        "cumulative = np.cumsum(count, axis=-1).astype(np.float64)",
        "drop USub",
    ): "rows by bins: the second axis is the last",
    (
        "stress.measures.replicates",
        "beyond = replicates.paths.sum(1)[:, None] - np.cumsum(replicates.paths, axis=1)",
        "Sub -> Add",
    ): "the paths of a replicate add up to its size: shares of 1 - x beyond have the error of x, as has 1 + x",
    (
        "stress.kernels.steps",
        "return True",
        "True -> False",
    ): "the steps then run one by one, find nothing due and nothing to book: it takes longer, that is all",
    ("stress.kernels.written", "if set_cap(m, x, t) or m.t.step_value[x].limit < NO_LIMIT:", "Lt -> LtE"): NO_CAP,
    (
        "stress.kernels.triggers",
        "if anywhere(where_less(apart * apart, 0.25, 1.0, 0.0)):",
        "0.25 -> 1.25",
    ): OTHER_PHASES,
    ("stress.kernels.outcome", "for _ in range(20):", "20 -> 21"): "every lane has converged by then",
    ("stress.kernels.steps", "if value.limit < NO_LIMIT or step.cap >= 0:", "Lt -> LtE"): NO_CAP,
    ("stress.kernels.sampling", "along = where_less(along, 600.0, along, 600.0)", "600.0 -> 601.0"): NEXT_TO_NOTHING,
    ("stress.kernels.sampling", "along = where_less(along, -600.0, -600.0, along)", "600.0 -> 601.0"): NEXT_TO_NOTHING,
    ("stress.kernels.rates", "continue", "drop the jump"): "a rate is set again, or set for nobody: it takes longer",
    (
        "stress.kernels.rates",
        "if m.t.common[k, rate] == 1 and s > 0:",
        "1 -> 2",
    ): "each segment then finds the same rate",
    (
        "stress.kernels.redemption",
        "share = amount / where_less(balances, 1e-300, 1.0, balances)",
        "1.0 -> 2.0",
    ): NOTHING_DUE,
    ("stress.kernels.written", "share = amount / where_less(room, 1e-300, 1.0, room)", "1.0 -> 2.0"): NOTHING_DUE,
    (
        "stress.kernels.steps",
        "share = m.account[source] / where_less(due, 1e-300, 1.0, due)",
        "1.0 -> 2.0",
    ): NOTHING_DUE,
    ("stress.kernels.seasoning", "begins_again = (t + 1) % m.p.n_rebase == 0", "1 -> 2"): AT_ANOTHER_MONTH,
    ("stress.kernels.seasoning", "begins_again = (t + 1) % m.p.n_rebase == 0", "Add -> Sub"): AT_ANOTHER_MONTH,
    ("stress.kernels.pool", MONTH_OF_POOL, "1.0 -> 2.0"): EVERY_MONTH,
    ("stress.kernels.pool", MONTH_OF_POOL, "Gt -> GtE"): EVERY_MONTH,
    ("stress.kernels.triggers", "if anywhere(where_less(apart * apart, 0.25, 1.0, 0.0)):", "0.0 -> 1.0"): OTHER_PHASES,
    (
        "stress.kernels.steps",
        "if not anywhere(left * on):",
        "Mult -> Div",
    ): "lanes that do not act then ask the next source for nothing",
    ("stress.kernels.block", "elif m.p.n_cohort > 1:", "Gt -> GtE"): CLOCKS,
    ("stress.kernels.block", "elif m.p.n_cohort > 1:", "1 -> 2"): CLOCKS,
    ("stress.kernels.granular", "if m.p.n_bucket > 3:", "Gt -> GtE"): NO_BUCKET,
    ("stress.kernels.granular", "if m.p.n_bucket > 4:", "Gt -> GtE"): NO_BUCKET,
    ("stress.kernels.granular", "if m.p.n_bucket > 5:", "Gt -> GtE"): NO_BUCKET,
    ("stress.kernels.ladder", "if i > 0:", "Gt -> GtE"): NO_EARLIER,
    (
        "stress.kernels.memory",
        "by_path=int((problem.market.degree == BY_PATH).any()),",
        "Eq -> NotEq",
    ): "prepayment never is by path, so this is always on: what a path has beside its factors is then drawn for nobody",
    (
        "stress.kernels.ladder",
        "if i > 2:",
        "Gt -> GtE",
    ): "the third share is 0 in the third stage, which has two before it",
    (
        "stress.kernels.determination",
        "if m.t.deal.clean_up <= 0.0 and m.t.call.when < 0:",
        "LtE -> Lt",
    ): "no pool is below 0: all of it is kept, which takes longer, that is all",
    (
        "stress.kernels.determination",
        "if m.p.n_bucket > 0:",
        "0 -> 1",
    ): "the ladder of one bucket has nothing beyond the third",
    ("stress.kernels.memory", "skip = (-raw.ctypes.data // 8) % 8", "drop USub"): "memory begins at another place",
    (
        "stress.kernels.outcome",
        "last = 0",
        "0 -> 1",
    ): "a note that received nothing has no yield that is looked for, wherever the search ends",
    (
        "stress.kernels.retention",
        "if t > 0:  # what is paid at the last period's payment date is not owed here, or still waits there",
        "Gt -> GtE",
    ): "nothing has accrued before the first month",
    (
        "stress.kernels.weights",
        "add_fixed(m, 0, at, m.amount[lane])",
        "0 -> 1",
    ): "it names the scenario of a weight above 1e12, and none is",
    (
        "stress.measures.replicates",
        "excess = np.where(quantile <= LOW, MIDDLE - quantile, 0.5 * WIDTH * np.square(_above(quantile)))",
        "LtE -> Lt",
    ): "on the edge of a bin both are half of it",
}
"""(module, line without indent, change) -> why nothing can come of it."""


class Seen(Apply):
    """Finds the node of a site and leaves it as it is."""

    node: ast.AST = ast.Pass()

    def _changed(self, node: ast.AST) -> ast.AST:
        self.node = node
        return node


def reason(site: Site, source: str) -> str:
    """Why no result can differ by a change of this source; empty where one may."""
    known = JUDGED.get((site.module, source.splitlines()[site.line - 1].strip(), site.change))
    if known is not None:
        return known
    seen, tree = Seen(site), ast.parse(source)
    seen.visit(tree)
    rules = (nothing_added, by_one, between_numbers, partial(of_one_length, tree=tree))
    return next((why for rule in rules if (why := rule(seen.node))), "")


def of_one_length(node: ast.AST, tree: ast.AST) -> str:
    """A strict zip does what a lax one does, as long as it raises nothing."""
    given = (keyword for keyword in ast.walk(tree) if isinstance(keyword, ast.keyword) and keyword.arg == "strict")
    strict = isinstance(node, ast.Constant) and node.value is True and any(keyword.value is node for keyword in given)
    return "what is zipped is of one length, else every run would end there" if strict else ""


def nothing_added(node: ast.AST) -> str:
    """x + 0 is x - 0."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
        return ""
    return f"{ast.unparse(node.right)} is 0" if value(node.right) == 0 else ""


def by_one(node: ast.AST) -> str:
    """x * -1 is x / -1."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div):
        return ""
    times = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
    return "times and by one are the same" if isinstance(times, ast.Constant) and times.value == 1.0 else ""


def between_numbers(node: ast.AST) -> str:
    """Whether 0.5 itself counts is no question for a flag, a phase, a month: what is compared with a half is whole."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        return ""
    limit = node.comparators[0]
    half = isinstance(limit, ast.Constant) and isinstance(limit.value, float) and limit.value % 1.0 == 0.5
    return f"what is compared with {ast.unparse(limit)} is a whole number" if half else ""


def value(node: ast.AST) -> int | None:
    """What an expression of constants comes to; a product with 0 is 0 whatever the other side."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name):
        return CONSTANTS.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        sides = (value(node.left), value(node.right))
        return 0 if 0 in sides else None if None in sides else sides[0] * sides[1]
    return None
