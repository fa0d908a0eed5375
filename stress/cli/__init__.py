"""The command line: parse, call, print. Heavy modules are imported by the command that needs them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from stress.cli.group import LazyGroup
from stress.cli.streams import speak_any_encoding
from stress.cli.usage import said
from stress.errors import StressError
from stress.version import __version__

COMMANDS = {
    "run": "stress.cli.run:run",
    "check": "stress.cli.check:check",
    "table": "stress.cli.table:table",
    "report": "stress.cli.report:report",
    "export": "stress.cli.export:export",
    "plot": "stress.cli.plot:plot",
    "compare": "stress.cli.compare:compare",
    "explain": "stress.cli.explain:explain",
    "replay": "stress.cli.replay:replay",
    "state": "stress.cli.state:state",
    "cashflows": "stress.cli.cashflows:cashflows",
    "breakeven": "stress.cli.breakeven:breakeven",
    "rating": "stress.cli.rating:rating",
    "size": "stress.cli.size:size",
    "capital": "stress.cli.capital:capital",
    "ecl": "stress.cli.ecl:ecl",
    "price": "stress.cli.price:price",
    "reverse": "stress.cli.reverse:reverse",
    "sensitivity": "stress.cli.sensitivity:sensitivity",
    "gradient": "stress.cli.gradient:gradient",
    "whatif": "stress.cli.whatif:whatif",
    "book": "stress.cli.book:book",
    "clocks": "stress.cli.clocks:clocks",
    "follow": "stress.cli.follow:follow",
    "backtest": "stress.cli.backtest:backtest",
    "new": "stress.cli.new:new",
    "examples": "stress.cli.examples:examples",
    "import": "stress.cli.importing:importing",
    "calibrate": "stress.cli.calibrate:calibrate",
    "pool": "stress.cli.pool:pool",
    "validate": "stress.cli.validate:validate",
    "document": "stress.cli.document:document",
}
"""Command -> module and function, in the order of the help page."""

ALIKE = {
    **dict.fromkeys(("simulate", "sim", "start", "execute", "resume", "sweep", "montecarlo"), "run"),
    **dict.fromkeys(("lint", "verify", "inspect"), "check"),
    **dict.fromkeys(("show", "print", "summary", "results", "measures"), "table"),
    **dict.fromkeys(("html", "page", "view", "open"), "report"),
    **dict.fromkeys(("figure", "figures", "chart", "draw"), "plot"),
    **dict.fromkeys(("diff", "difference", "changes"), "compare"),
    **dict.fromkeys(("describe", "keys", "man"), "explain"),
    **dict.fromkeys(("trace", "path"), "replay"),
    **dict.fromkeys(("waterfall", "flows"), "cashflows"),
    **dict.fromkeys(("derivative", "derivatives", "greeks"), "gradient"),
    **dict.fromkeys(("tornado",), "sensitivity"),
    **dict.fromkeys(("yield", "value"), "price"),
    **dict.fromkeys(("ifrs9", "cecl", "provision", "allowance"), "ecl"),
    **dict.fromkeys(("portfolio",), "book"),
    **dict.fromkeys(("forecast", "filter", "update"), "follow"),
    **dict.fromkeys(("hindcast",), "backtest"),
    **dict.fromkeys(("init", "create", "template"), "new"),
    **dict.fromkeys(("demo", "demos", "list"), "examples"),
    **dict.fromkeys(("convert", "absbox"), "import"),
    **dict.fromkeys(("fit", "estimate"), "calibrate"),
    **dict.fromkeys(("tape",), "pool"),
    **dict.fromkeys(("test", "selftest"), "validate"),
    **dict.fromkeys(("docs", "model"), "document"),
    **dict.fromkeys(("help", "version"), "--help or --version"),
}
"""Other words -> the command that is meant."""
SELDOM = 200_000
"""New objects before garbage is looked for: at 700 that takes a seventh of a short command, most of it in imports."""


@click.command(cls=LazyGroup, lazy=COMMANDS, alike=ALIKE, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version=__version__, message="%(prog)s %(version)s", prog_name="stress")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error.")
def cli(debug: bool) -> None:
    """Monte Carlo stress tests of revolving consumer asset-backed securities.

    \b
    Example:
      stress new job my-deal              start from commented templates
      stress check my-deal/job.toml       what is wrong, where, and what is allowed
      stress run my-deal/job.toml         simulate; table, report and data
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    gc.set_threshold(SELDOM)
    speak_any_encoding()
    argv = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(exit_code(argv))


def exit_code(argv: list[str]) -> int:
    """What the command line exits with; results go to stdout, the one message of an error to stderr."""
    try:
        code = cli.main(argv, prog_name="stress", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.UsageError as error:
        named = argv[:1] if argv[:1] and argv[0] in COMMANDS else []
        command = error.ctx.command_path if error.ctx else " ".join(["stress", *named])
        _say(f"{said(error, argv)} (see {command} --help)")
        return 2
    except click.ClickException as error:
        _say(error.format_message())
        return 2
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return 130
    except StressError as error:
        _say(str(error))
        return error.exit_code
    except Exception as error:
        if "--debug" in argv or os.environ.get("STRESS_DEBUG"):
            raise
        text = " ".join(str(error).split()) or "no message"
        _say(f"internal error: {type(error).__name__}: {text[:300]}")
        _say(f"this is a defect; see the traceback with: stress --debug {' '.join(argv)}")
        return 1
    return code if isinstance(code, int) else 0


def _say(text: str) -> None:
    """One message on stderr, without characters that could move the cursor of a terminal."""
    safe = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    click.echo(f"stress: {safe}", err=True)
