#!/usr/bin/env python3
"""Drives an MCP server with the official client for the tests.

    Tests/mcp-client.py MODE PROGRAM ARGUMENT...

MODE is legacy, auto or a revision such as 2026-07-28. Each line on standard input is a JSON object with one command;
each answer is one line of JSON: {"value": ...} or {"error": "..."}. The server gets the environment that the client
passes on by default, and nothing else.

    {"info": true}                                   revision, name of the server, instructions
    {"tools": true}                                  the tools with their schemas
    {"call": NAME, "arguments": {}, "within": S}     result of a tool: isError, structured, text, progress
    {"resources": true}, {"read": URI}
    {"subscribe": URI}, {"updates": true}            the URIs of updates since the last call
"""

import asyncio
import json
import sys

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters


class Driver:
    def __init__(self, client, updates):
        self.client = client
        self.updates = updates
        self.streams = []

    async def run(self, command):
        client = self.client
        if "info" in command:
            info = client.server_info
            return {"revision": client.protocol_version, "name": info and info.name, "instructions": client.instructions}
        if "tools" in command:
            return [tool.model_dump(mode="json", by_alias=True) for tool in (await client.list_tools()).tools]
        if "call" in command:
            progress = []

            async def note(done, total, message):
                progress.append([done, total, message])

            result = await client.call_tool(
                command["call"], command.get("arguments", {}), read_timeout_seconds=command.get("within", 30),
                progress_callback=note)
            texts = [part.text for part in result.content]
            return {"isError": bool(result.is_error), "structured": result.structured_content, "text": "\n".join(texts),
                    "progress": progress}
        if "resources" in command:
            return [one.uri for one in (await client.list_resources()).resources] + [
                one.uri_template for one in (await client.list_resource_templates()).resource_templates]
        if "read" in command:
            return (await client.read_resource(command["read"])).contents[0].text
        if "subscribe" in command:
            if client.protocol_version < "2026":
                await client.subscribe_resource(command["subscribe"])
            else:
                begun = asyncio.Event()
                self.streams.append(asyncio.create_task(self.listen(command["subscribe"], begun)))
                await begun.wait()
            return True
        if "updates" in command:
            found = self.updates[:]
            self.updates.clear()
            return found
        raise ValueError("unknown command")

    async def listen(self, uri, begun):
        async with self.client.listen(resource_subscriptions=[uri]) as stream:
            begun.set()
            async for event in stream:
                self.updates.append(str(event.uri))


async def main(mode, program, *arguments):
    updates = []
    client = None

    async def heard(message):
        # The stream of a modern subscription tells the same.
        if client is None or client.protocol_version >= "2026":
            return
        params = getattr(getattr(message, "root", message), "params", None)
        if getattr(message, "method", "") == "notifications/resources/updated" and params is not None:
            updates.append(str(params.uri))

    server = StdioServerParameters(command=program, args=list(arguments))
    async with Client(server, mode=mode, message_handler=heard) as client:
        driver = Driver(client, updates)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            try:
                answer = {"value": await driver.run(json.loads(line))}
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
        for stream in driver.streams:
            stream.cancel()


asyncio.run(main(*sys.argv[1:]))
