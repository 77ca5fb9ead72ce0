#!/usr/bin/env python3
"""What a gateway costs: the same requests to a backend directly and through gateways, in turn, so that a noisy machine is noisy for all.

    hop.py backend [--port 18099]                     an OpenAI server that answers from a script: model "scripted", streams of 50 tokens a second, else at once
    hop.py run --target direct=http://127.0.0.1:18099/v1 --target NAME=URL,KEY,PID …  [--rounds 3] [--seconds 10] [--streams 20] [--warm-up 0]

Each round asks every target in turn: streams of one token one after the other (time to the first byte), answers of one token from 16 connections (requests a second,
latency), and as many streams as are named at the same time (CPU time of the target's process and its children, as a share of one core per stream).
A gateway on the JVM becomes faster while its code is compiled: with --warm-up, each target first gets that many requests over 16 connections, and half as many streams.
PID is the gateway's process. The last lines are medians over the rounds, and the differences to the first target. Needs aiohttp.
"""
import argparse
import asyncio
import json
import os
import statistics
import time

import aiohttp
from aiohttp import web

PAUSE = 1 / 50
CONNECTIONS = 16
TICKS = os.sysconf("SC_CLK_TCK")


def chunk(delta, finish=None, usage=None):
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
            "choices": [] if usage else [{"index": 0, "delta": delta, "finish_reason": finish}]}
    if usage:
        body["usage"] = usage
    return b"data: " + json.dumps(body).encode() + b"\n\n"


async def complete(request):
    asked = await request.json()
    tokens = asked.get("max_tokens") or asked.get("max_completion_tokens") or 1
    usage = {"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens}
    if not asked.get("stream"):
        message = {"role": "assistant", "content": "word " * tokens}
        return web.json_response({"id": "x", "object": "chat.completion", "created": 1, "model": "scripted", "usage": usage,
                                  "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(chunk({"role": "assistant", "content": ""}))
    for token in range(tokens):
        if token:
            await asyncio.sleep(PAUSE)
        await response.write(chunk({"content": "word "}))
    await response.write(chunk({}, "stop"))
    await response.write(chunk({}, usage=usage))
    await response.write(b"data: [DONE]\n\n")
    return response


async def models(request):
    return web.json_response({"object": "list", "data": [{"id": "scripted", "object": "model", "created": 1, "owned_by": "x"}]})


def backend(a):
    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    app.router.add_get("/v1/models", models)
    web.run_app(app, host="127.0.0.1", port=a.port, print=None)


class Target:
    def __init__(self, text):
        self.name, rest = text.split("=", 1)
        self.url, self.key, self.pid = (rest.split(",") + ["", ""])[:3]

    def processes(self):
        """The process and all its children, however deep."""
        pids, found = [int(self.pid)], []
        while pids:
            pid = pids.pop()
            found.append(pid)
            for task in os.listdir(f"/proc/{pid}/task"):
                pids += [int(child) for child in open(f"/proc/{pid}/task/{task}/children").read().split()]
        return found

    def cpu_seconds(self):
        if not self.pid:
            return 0
        fields = [open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split() for pid in self.processes()]
        return sum(int(f[11]) + int(f[12]) for f in fields) / TICKS

    def resident_mib(self):
        if not self.pid:
            return 0
        pages = sum(int(open(f"/proc/{pid}/statm").read().split()[1]) for pid in self.processes())
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    async def ask(self, session, tokens, stream):
        """Seconds to the first byte of the body's first token, and to the end."""
        begin = time.perf_counter()
        first = None
        body = {"model": "scripted", "messages": [{"role": "user", "content": "Say words."}], "max_tokens": tokens, "stream": stream}
        async with session.post(self.url + "/chat/completions", json=body, headers={"Authorization": "Bearer " + self.key}) as response:
            if response.status != 200:
                raise RuntimeError(f"{self.name} answered {response.status}: {await response.text()}")
            async for part in response.content.iter_any():
                if first is None and (b"word" in part or not stream):
                    first = time.perf_counter() - begin
        return first, time.perf_counter() - begin


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def measure(target, a):
    result = {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120)) as session:
        for _ in range(30):
            await target.ask(session, 1, True)
        firsts = [(await target.ask(session, 1, True))[0] for _ in range(200)]
        result["first byte p50 ms"] = percentile(firsts, 0.5) * 1e3
        result["first byte p99 ms"] = percentile(firsts, 0.99) * 1e3

        latencies = []
        end = time.perf_counter() + a.seconds

        async def client():
            while time.perf_counter() < end:
                latencies.append((await target.ask(session, 1, False))[1])

        begin = time.perf_counter()
        await asyncio.gather(*[client() for _ in range(CONNECTIONS)])
        result["requests/s"] = len(latencies) / (time.perf_counter() - begin)
        result["request p50 ms"] = percentile(latencies, 0.5) * 1e3
        result["request p99 ms"] = percentile(latencies, 0.99) * 1e3

        cpu, begin = target.cpu_seconds(), time.perf_counter()
        await asyncio.gather(*[target.ask(session, a.seconds * 50, True) for _ in range(a.streams)])
        wall = time.perf_counter() - begin
        result["CPU % a stream"] = (target.cpu_seconds() - cpu) / wall / a.streams * 100
        result["MiB"] = target.resident_mib()
    return result


async def warm_up(target, requests):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120)) as session:
        async def client():
            for _ in range(requests // CONNECTIONS):
                await target.ask(session, 1, False)

        await asyncio.gather(*[client() for _ in range(CONNECTIONS)])
        for _ in range(requests // 2):
            await target.ask(session, 1, True)


async def run(a):
    targets = [Target(text) for text in a.target]
    for target in targets:
        await warm_up(target, a.warm_up)
    rounds = {target.name: [] for target in targets}
    for number in range(a.rounds):
        for target in targets:
            result = await measure(target, a)
            rounds[target.name].append(result)
            print(f"round {number + 1}  {target.name:12}" + "".join(f"  {name} {value:.2f}" for name, value in result.items()), flush=True)
    base = None
    for name, results in rounds.items():
        medians = {key: statistics.median(result[key] for result in results) for key in results[0]}
        base = base or medians
        added = f"  adds to the first byte {medians['first byte p50 ms'] - base['first byte p50 ms']:.2f} ms"
        print(f"median   {name:12}" + "".join(f"  {key} {value:.2f}" for key, value in medians.items()) + added)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
commands = parser.add_subparsers(dest="command", required=True)
one = commands.add_parser("backend")
one.add_argument("--port", type=int, default=18099)
two = commands.add_parser("run")
two.add_argument("--target", action="append", required=True)
two.add_argument("--rounds", type=int, default=3)
two.add_argument("--seconds", type=int, default=10)
two.add_argument("--streams", type=int, default=20)
two.add_argument("--warm-up", type=int, default=0)
arguments = parser.parse_args()
if arguments.command == "backend":
    backend(arguments)
else:
    asyncio.run(run(arguments))
