"""A headless browser that is driven: pages opened, clicked and typed into, values read back (DevTools protocol)."""

import asyncio
import base64
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from tornado.websocket import WebSocketClientConnection, websocket_connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--disable-extensions"),
    *("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost", "--remote-debugging-port=0"),
]
WIDTHS = {"desktop": 1300, "tablet": 820, "phone": 390}
SHOWN_ON = [
    *(pytest.param("light", width, id=f"light-{name}") for name, width in WIDTHS.items()),
    pytest.param("dark", WIDTHS["phone"], id="dark-phone"),
]
"""Scheme and width: a page is laid out by its width, and a scheme changes its colours alone."""


class Browser:
    """One page of one browser; complaints are what its console was told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.complaints, self.number = folder, list[str](), 0
        self.loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        profile = self.folder / "driven"
        command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = self._port(profile / "DevToolsActivePort")
        self.browser = self._do(lambda: websocket_connect(f"ws://127.0.0.1:{port[0]}{port[1]}"))
        self.session = ""
        targets = self._send("Target.getTargets")["targetInfos"]
        target = next(t["targetId"] for t in targets if t["type"] == "page")
        self.session = self._send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._send(f"{domain}.enable")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.browser.close()
        self.process.terminate()
        self.process.wait(20)
        self.loop.run_until_complete(asyncio.sleep(0.05))
        self.loop.close()

    def open(self, page: Path, width: int = 1300, scheme: str = "light", script: bool = True) -> None:
        """Show a page at a width, in a colour scheme."""
        touch = width < 1000
        self._send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=touch)
        self._send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._send("Emulation.setScriptExecutionDisabled", value=not script)
        self._send("Page.navigate", url=page.as_uri())
        deadline = time.monotonic() + 60.0
        while self._ready() != page.as_uri():
            assert time.monotonic() < deadline, "the page does not come"
            time.sleep(0.05)

    def value(self, expression: str) -> Any:
        """What an expression comes to in the page."""
        answer = self._send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait for what the page does in its own time."""
        deadline = time.monotonic() + 20.0
        while not self.value(expression):
            assert time.monotonic() < deadline, expression
            time.sleep(0.02)

    def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            text = {"Enter": "\r", " ": " "}.get(key, "")
            code = {"ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "Enter": 13, "Tab": 9, " ": 32}[key]
            about = {"key": key, "windowsVirtualKeyCode": code}
            self._send("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
            self._send("Input.dispatchKeyEvent", type="keyUp", **about)

    def click(self, selector: str) -> None:
        """The middle of an element, by the mouse."""
        self.point(selector, 0.5, 0.5)
        x, y = self._place(selector, 0.5, 0.5)
        for kind in ("mousePressed", "mouseReleased"):
            self._send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def point(self, selector: str, across: float, down: float) -> None:
        """Move the mouse to a place within an element, without a click."""
        x, y = self._place(selector, across, down)
        self._send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def pdf(self) -> bytes:
        """The page on paper."""
        return base64.b64decode(self._send("Page.printToPDF", printBackground=True)["data"])

    def picture(self, file: Path) -> None:
        """What the window shows."""
        file.write_bytes(base64.b64decode(self._send("Page.captureScreenshot")["data"]))

    def _place(self, selector: str, across: float, down: float) -> tuple[float, float]:
        corner = self.value(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); "
            "e.scrollIntoView({block: 'center', behavior: 'instant'}); const r = e.getBoundingClientRect(); "
            f"return [r.left + {across} * r.width, r.top + {down} * r.height]; }})()"
        )
        return float(corner[0]), float(corner[1])

    def _ready(self) -> str:
        answer = self._send("Runtime.evaluate", expression="document.readyState === 'complete' ? location.href : ''")
        return str(answer["result"].get("value"))

    def _port(self, file: Path) -> list[str]:
        deadline = time.monotonic() + 60.0
        while not file.is_file() or len(lines := file.read_text().split()) < 2:
            assert time.monotonic() < deadline, "the browser does not start"
            time.sleep(0.05)
        return lines

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        return self._do(lambda: self._answer(json.dumps(message), self.number))

    async def _answer(self, message: str, number: int) -> dict[str, Any]:
        connection: WebSocketClientConnection = self.browser
        await connection.write_message(message)
        while True:
            answer = json.loads(await connection.read_message())
            if answer.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"):
                self.complaints.append(json.dumps(answer["params"]))
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])

    def _do(self, begin: Callable[[], Any]) -> Any:
        async def run() -> Any:
            return await asyncio.wait_for(begin(), 60.0)

        return self.loop.run_until_complete(run())
