#!/usr/bin/env python3
"""Drives a headless Chromium for the tests over the DevTools protocol.

    Tests/browser.py CHROMIUM FOLDER

Each line on standard input is a JSON object with one command; each answer is one line of JSON: {"value": ...} or
{"error": "..."}. FOLDER is for the browser's profile. The protocol runs over two pipes (--remote-debugging-pipe), so
no port is opened and no library is needed.

    {"go": URL}                          loads an address, waits for the load event
    {"evaluate": EXPRESSION}             the value of a JavaScript expression; promises are awaited
    {"run": FILE}                        runs a script
    {"press": KEY, "shift": true}        one key: Tab, Enter, Space, Escape
    {"size": [WIDTH, HEIGHT], "dark": true, "scripts": true}
    {"picture": FILE}                    a PNG of the whole page
    {"messages": true}                   requests, and errors of the console and the page, since the last call
"""

import base64
import json
import os
import subprocess
import sys

KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32}


class Browser:
    def __init__(self, program, folder):
        to_browser, self.writing = os.pipe()
        self.reading, from_browser = os.pipe()

        def place():
            # The browser reads descriptor 3 and writes descriptor 4. Neither pipe may be closed by the other's move.
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        arguments = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
            "--user-data-dir=" + folder, "--remote-debugging-pipe", "about:blank",
        ]
        self.process = subprocess.Popen(
            arguments, preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(os.path.join(folder, "stderr"), "wb"))
        os.close(to_browser)
        os.close(from_browser)
        self.pending = b""
        self.last = 0
        self.messages = []
        self.events = []
        self.call("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", {"targetId": target["targetId"], "flatten": True})["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.page(domain + ".enable")

    def read(self):
        while b"\0" not in self.pending:
            part = os.read(self.reading, 1 << 16)
            if not part:
                raise EOFError("the browser has ended")
            self.pending += part
        line, self.pending = self.pending.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, parameters=None, session=None):
        self.last += 1
        request = {"id": self.last, "method": method, "params": parameters or {}}
        if session:
            request["sessionId"] = session
        os.write(self.writing, json.dumps(request).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(method + ": " + answer["error"]["message"])
                return answer["result"]
            self.note(answer)

    def page(self, method, parameters=None):
        return self.call(method, parameters, self.session)

    def note(self, event):
        method, details = event.get("method"), event.get("params", {})
        self.events.append(method)
        if method == "Runtime.exceptionThrown":
            found = details["exceptionDetails"]
            self.messages.append(found.get("exception", {}).get("description", found["text"]))
        elif method == "Log.entryAdded" and details["entry"]["level"] == "error":
            self.messages.append(details["entry"]["text"] + " " + details["entry"].get("url", ""))
        elif method == "Network.requestWillBeSent":
            self.messages.append("request " + details["request"]["url"])

    def go(self, url):
        self.events.clear()
        answer = self.page("Page.navigate", {"url": url})
        if answer.get("errorText"):
            raise RuntimeError(answer["errorText"])
        # Another fragment of the same page loads nothing.
        while "loaderId" in answer and "Page.loadEventFired" not in self.events:
            self.note(self.read())
        return True

    def evaluate(self, expression):
        answer = self.page("Runtime.evaluate", {
            "expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": True})
        if "exceptionDetails" in answer:
            found = answer["exceptionDetails"]
            raise RuntimeError(found.get("exception", {}).get("description", found["text"]))
        return answer["result"].get("value")

    def press(self, key, shift=False):
        text = {"Enter": "\r", "Space": " "}.get(key)
        event = {
            "key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": KEYS[key],
            "modifiers": 8 if shift else 0}
        self.page("Input.dispatchKeyEvent", {"type": "keyDown" if text else "rawKeyDown", **event, **({"text": text} if text else {})})
        self.page("Input.dispatchKeyEvent", {"type": "keyUp", **event})
        return True

    def size(self, width, height, dark, scripts):
        self.page("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.page("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.page("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        return True

    def picture(self, file):
        size = self.page("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
        answer = self.page("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        with open(file, "wb") as picture:
            picture.write(base64.b64decode(answer["data"]))
        return [clip["width"], clip["height"]]

    def do(self, command):
        if "go" in command:
            return self.go(command["go"])
        if "evaluate" in command:
            return self.evaluate(command["evaluate"])
        if "run" in command:
            with open(command["run"], encoding="utf-8") as script:
                self.evaluate(script.read() + ";0")
            return True
        if "press" in command:
            return self.press(command["press"], command.get("shift", False))
        if "size" in command:
            return self.size(*command["size"], command.get("dark", False), command.get("scripts", True))
        if "picture" in command:
            return self.picture(command["picture"])
        self.page("Page.getLayoutMetrics")
        messages, self.messages = self.messages, []
        return messages


def main():
    browser = Browser(*sys.argv[1:3])
    print(json.dumps({"value": "ready"}), flush=True)
    try:
        for line in sys.stdin:
            try:
                answer = {"value": browser.do(json.loads(line))}
            except RuntimeError as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
    finally:
        browser.process.kill()
        browser.process.wait()


main()
