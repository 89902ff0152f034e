"""The command line: sets up an account, serves it on 127.0.0.1, says on which port in one JSON line."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from . import accounts, clock
from .app import Application, Manners
from .faults import Fault, Faults
from .interruptions import Cut, Edit, Interruptions
from .tool import checks, lenses, seed, store


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open, as AWS does, and leaves the talking to our own log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: the application logs each call."""


def parser() -> argparse.ArgumentParser:
    """The options, with their defaults."""
    options = argparse.ArgumentParser(prog="python -m standin", description=__doc__)
    options.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options.add_argument("--account", default="demo", choices=accounts.names(), help="whose account to stand in for")
    options.add_argument("--set", action="append", default=[], metavar="FACT=VALUE", help="change one fact of it")
    options.add_argument("--variant", action="append", default=[], help="a named change of one fact; see --list")
    options.add_argument("--deny", action="append", default=[], metavar="SERVICE:OPERATION[@REGION][=BY][#TIMES],…")
    throttled = "SERVICE:OPERATION[@REGION][#TIMES|%%EACH],…"
    options.add_argument("--throttle", action="append", default=[], metavar=throttled)
    options.add_argument("--conflict", action="append", default=[], metavar="SERVICE:OPERATION[@REGION][#TIMES],…")
    options.add_argument("--cut", action="append", default=[], metavar="SERVICE:OPERATION#N[+]=[hang-]before|after,…")
    options.add_argument("--edit-before", action="append", default=[], metavar="OPERATION#N:OPERATION=PARAMETERS")
    options.add_argument("--expire-after", type=int, metavar="N", help="the credentials expire after N calls")
    options.add_argument("--delay-ms", type=int, default=0, help="added to every answer")
    options.add_argument("--page-size", type=int, default=100, help="items on a page, at most")
    options.add_argument("--now", default=clock.DEFAULT_NOW, help="what the account's clock shows")
    _add_tool(options)
    options.add_argument("--log", type=Path, help="one JSON line for each call")
    options.add_argument("--lenient", action="store_true", help="log answers that are not in wire shape, send them")
    options.add_argument("--while-stdin", action="store_true", help="stop when standard input is closed")
    options.add_argument("--list", action="store_true", help="print the facts and the variants as JSON, and stop")
    return options


def _add_tool(options: argparse.ArgumentParser) -> None:
    tool = options.add_argument_group("the Well-Architected Tool")
    tool.add_argument("--workload", default="none", choices=list(seed.SETUPS), help="what it holds at the start")
    tool.add_argument("--omitted-choices", default="keep", choices=["keep", "clear"], help="by ChoiceUpdates")
    tool.add_argument("--unselected-notes", default="keep", choices=["keep", "drop"], help="on choices")
    tool.add_argument("--lens-without", action="append", default=[], metavar="QUESTION|CHOICE,…")
    tool.add_argument("--lens-with", action="append", default=[], metavar="[PILLAR/]QUESTION/CHOICE[@LEVEL]=TITLE")
    tool.add_argument("--check-failure", action="append", default=[], metavar="REASON[@ACCOUNT]")


def _tool(options: argparse.Namespace) -> store.Manners:
    """What the options say about the Tool; raises ValueError, also for an edition that cannot be made."""
    without = tuple(name for text in options.lens_without for name in text.split(",") if name)
    added = tuple(lenses.Added.parse(text) for text in options.lens_with)
    if without or added:
        lenses.framework(without, added)
    failures = tuple(checks.Failure.parse(text) for text in options.check_failure)
    return store.Manners(
        options.omitted_choices, options.workload, without, added, failures, options.unselected_notes
    )


def main() -> int:
    """Serves until it is told to stop; 2 where an option makes no sense."""
    options = parser().parse_args()
    if options.list:
        print(json.dumps(accounts.catalogue(), indent=2))
        return 0
    try:
        deny = [fault for text in options.deny for fault in Fault.parse_all(text)]
        throttle = [fault for text in options.throttle for fault in Fault.parse_all(text)]
        conflict = [fault for text in options.conflict for fault in Fault.parse_all(text)]
        cuts = [cut for text in options.cut for cut in Cut.parse_all(text)]
        interruptions = Interruptions(cuts, map(Edit.parse, options.edit_before))
        tool = _tool(options)
        settings = accounts.settings(options.account, options.variant, options.set)
        now = clock.moment(options.now)
    except (ValueError, KeyError) as failure:
        print(f"error: {failure.args[0]}", file=sys.stderr)
        return 2
    _log_to(options.log)
    os.environ["TZ"] = "UTC"
    with clock.stopped_at(now):
        world = accounts.build(options.account, settings, now)
        world.tool = store.Tool(world.account, now, tool, seed.seed)
        faults = Faults(deny, throttle, world.regions, options.expire_after, conflict)
        manners = Manners(options.page_size, options.delay_ms, not options.lenient)
        application = Application(world, faults, manners, interruptions)
        server = make_server("127.0.0.1", options.port, application, threaded=True, request_handler=QuietHandler)
        print(json.dumps({"port": server.port, "account": world.account, "pid": os.getpid()}), flush=True)
        if options.while_stdin:
            # Whoever started this may die without a word.
            threading.Thread(target=_stop_with_stdin, args=(server,), daemon=True).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def _stop_with_stdin(server: BaseWSGIServer) -> None:
    sys.stdin.read()
    server.shutdown()


def _log_to(path: Path | None) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    ours = logging.getLogger("standin")
    ours.propagate = False
    if path is None:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        handler.setLevel(logging.WARNING)
    else:
        handler = logging.FileHandler(path)
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
