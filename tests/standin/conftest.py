"""Starts stand-ins for tests, each in a process of its own, as the Rust tests do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

TESTS = Path(__file__).resolve().parent.parent


class StandIn:
    """A running stand-in, and clients that talk to it."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "standin", "--port", "0", *options]
        environment = {**os.environ, "PYTHONPATH": str(TESTS)}
        self._process = subprocess.Popen(command, cwd=TESTS, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = json.loads(self._process.stdout.readline())["port"]
        self.url = f"http://127.0.0.1:{self.port}"
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client for a service in a region."""
        key = (service, region)
        if key not in self._clients:
            make: Any = boto3.client
            self._clients[key] = make(
                service,
                region_name=region,
                endpoint_url=self.url,
                aws_access_key_id="standin",
                aws_secret_access_key="standin",
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[key]

    def stop(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.wait(timeout=10)


@pytest.fixture(scope="session")
def start() -> Iterator[Callable[..., StandIn]]:
    """Starts a stand-in with options; the same options share one."""
    running: dict[tuple[str, ...], StandIn] = {}

    def starter(*options: str) -> StandIn:
        if options not in running:
            running[options] = StandIn(*options)
        return running[options]

    yield starter
    for standin in running.values():
        standin.stop()


@pytest.fixture(scope="session")
def demo(start: Callable[..., StandIn]) -> StandIn:
    """The demo account, with pages so small that everything has several."""
    return start("--account", "demo", "--page-size", "2")
