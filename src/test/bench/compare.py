#!/usr/bin/env python3
"""Holds `bin/baseload bench` against another engine on the same file, in interleaved pairs, so that a noisy machine is noisy for both.

    compare.py PEER.py [--model FILE] [--pairs 5] [--threads 2] [--prompt 512] [--decode 128] [--repeat 3]

PEER.py MODEL --threads N --prompt N --decode N --repeat N prints a JSON object with prefill_tps and decode_tps, each {"median", "min", "max"}.
Prints each pair, then the medians over the pairs and their ratios; the last line is JSON.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BUNDLED = os.path.join(ROOT, "src", "main", "model", "SmolLM2-135M-Instruct.Q4_1.gguf")
RATES = ("prefill_tps", "decode_tps")


def last_json(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def ours(a, lengths):
    run = last_json([os.path.join(ROOT, "bin", "baseload"), "bench", "--json", *lengths, a.model])["runs"][0]
    return {"prefill_tps": run["prefillTps"]["median"], "decode_tps": run["decodeTps"]["median"]}


def theirs(a, lengths):
    run = last_json([sys.executable, a.peer, a.model, *lengths])
    return {rate: run[rate]["median"] for rate in RATES}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("peer")
    p.add_argument("--model", default=BUNDLED)
    for name, default in (("pairs", 5), ("threads", 2), ("prompt", 512), ("decode", 128), ("repeat", 3)):
        p.add_argument("--" + name, type=int, default=default)
    a = p.parse_args()
    lengths = [word for name in ("threads", "prompt", "decode", "repeat") for word in ("--" + name, str(getattr(a, name)))]
    pairs = []
    for i in range(a.pairs):
        order = (ours, theirs) if i % 2 == 0 else (theirs, ours)
        pair = {engine.__name__: engine(a, lengths) for engine in order}
        pairs.append(pair)
        print(f"pair {i + 1}: ours {pair['ours']}, peer {pair['theirs']}", flush=True)
    result = {"pairs": a.pairs, "threads": a.threads, "prompt": a.prompt, "decode": a.decode}
    for rate in RATES:
        mine = statistics.median(pair["ours"][rate] for pair in pairs)
        peer = statistics.median(pair["theirs"][rate] for pair in pairs)
        ratios = sorted(round(pair["ours"][rate] / pair["theirs"][rate], 3) for pair in pairs)
        result[rate] = {"ours": mine, "peer": peer, "ratio": round(mine / peer, 3), "pair_ratios": ratios}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
