#!/usr/bin/env python3
"""Holds Baseload against other engines on the same files, in interleaved runs, so that a noisy machine is noisy for all.

    peers.py build                                   builds llama.cpp from PyPI's source package of llama-cpp-python, for this machine and for AVX2
    peers.py run [--isa native,avx2] [--cases one,exact,formats,batches,crowded,bytes,turn,speculation,profile] [--model NAME=FILE …] [--pairs 5] [--threads 2] [--engine NAME=PROGRAM …]
    peers.py tables [--threads 2] [--write docs/performance.md]    prints the tables of what was run of the last commit with so many threads, or puts them between the marks of that file

Needs a built jar (./mvnw package -DskipTests). Everything else is kept in target/peers: the builds, and runs.jsonl, one line for each run. `run` skips what
runs.jsonl has of this commit, so it may be interrupted and called again; --most SECONDS ends it after a while, --guard COMMAND runs each measurement behind COMMAND (for instance
a lock that keeps builds away). With --isa avx2 the peer is a build without AVX-512 and VNNI, and Baseload runs with -XX:UseAVX=2 and ONEDNN_MAX_CPU_ISA=AVX2. With --huge decode of one sequence is also measured
with llama.cpp's weights in huge pages (not mapped, and glibc's malloc.hugetlb=1), since Baseload requests huge pages by itself and llama.cpp doesn't. The case bytes is Baseload's
alone: how many bytes of weights it reads a second in each format, beside those of the first model as it is stored. The case turn is the wait for the first token of a chat's second turn, beside the first
turn of 4,000 tokens; llama.cpp keeps the first turn in its cache too. The cases turn and speculation are measured with the model named SmolLM2 only. The cases speculation and profile are Baseload's alone: answers with and without speculation, and the workers' time by operator.

PROGRAM of another engine is called as llama_cpp_rates.py is (MODEL --threads N --prompt N --decode N --batch N --repeat N) and prints the same JSON.
"""
import argparse
import datetime
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
KEPT = os.path.join(ROOT, "target", "peers")
SMOLLM2 = os.path.join(ROOT, "src", "main", "model", "SmolLM2-135M-Instruct.Q4_1.gguf")
BUILDS = {
    "native": "-DGGML_NATIVE=ON",
    "avx2": "-DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON -DGGML_AVX512=OFF -DGGML_AVX_VNNI=OFF",
}
PEER = "llama.cpp"
HUGE = "llama.cpp, huge pages"
OURS = "Baseload"
THREADS = 2
MARKS = ("<!-- peers.py begins -->", "<!-- peers.py ends -->")


def build(a):
    for isa in a.isa:
        folder = os.path.join(a.builds, isa)
        if os.path.exists(os.path.join(folder, "built")):
            continue
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        options = BUILDS[isa] + " -DLLAMA_BUILD_TESTS=OFF -DLLAVA_BUILD=OFF -DMTMD_BUILD=OFF"
        subprocess.run(
            [os.path.join(folder, "bin", "pip"), "install", "--no-cache-dir", "--no-binary", "llama-cpp-python", "llama-cpp-python"],
            env=dict(os.environ, CMAKE_ARGS=options), check=True)
        open(os.path.join(folder, "built"), "w").close()


class Case:
    """One line of a table: what is measured, for every engine that can."""

    def __init__(self, table, model, prompt, decode, batch=1, quantize="keep", precision="fast", crowd=0, repeat=1, threads=THREADS):
        self.table, self.model, self.prompt, self.decode, self.batch = table, model, prompt, decode, batch
        self.quantize, self.precision, self.crowd, self.repeat, self.threads = quantize, precision, crowd, repeat, threads

    def key(self):
        return {name: value for name, value in vars(self).items() if name != "repeat"}

    def lengths(self):
        values = {"threads": self.threads, "prompt": self.prompt, "decode": self.decode, "batch": self.batch, "repeat": self.repeat}
        return [word for name, value in values.items() for word in ("--" + name, str(value))]


def cases(models, wanted, wanted_batches, threads):
    found = []
    for name in models:
        large = name != "SmolLM2"
        decode, repeat = (32 if large else 128), 3
        if "one" in wanted:
            found += [Case("one", name, 512, decode, repeat=repeat)]
        if "exact" in wanted:
            found += [Case("one", name, 512, decode, precision="exact", repeat=repeat)]
        if "formats" in wanted and large:
            found += [Case("one", name, 512, decode, quantize=kind, repeat=repeat) for kind in ("nf4-dq", "q4")]
        if "batches" in wanted:
            found += [Case("batches", name, 16, decode, batch=batch, repeat=repeat) for batch in wanted_batches]
        if "bytes" in wanted:
            kinds = ["keep"] if name != next(iter(models)) else ["keep", "q4", "nf4-dq", "nf4", "fp4", "q8", "bf16"]
            found += [Case("bytes", name, 16, decode, quantize=kind, repeat=3) for kind in kinds]
        # Random weights in a larger shape have no vocabulary, and often no context of 4,000 tokens.
        if "turn" in wanted and not large:
            found += [Case("turn", name, 4000, decode, repeat=repeat)]
        if "speculation" in wanted and not large:
            found += [Case("speculation", name, 16, 192, repeat=5)]
        if "profile" in wanted:
            found += [Case("profile", name, 512, decode, batch="1,8,16", repeat=1)]
        if "crowded" in wanted:
            found += [Case("crowded", name, 16, decode, crowd=crowd, repeat=repeat) for crowd in (0, 2)]
    for case in found:
        case.threads = threads
    return found


OPTIONS = {"turn": ["--turns"], "speculation": ["--speculation"], "profile": ["--profile"]}


def command(engine, isa, case, a):
    """None if this engine has no such case."""
    file = a.models[case.model]
    words = case.lengths() + OPTIONS.get(case.table, [])
    if engine == OURS:
        return [os.path.join(ROOT, "bin", "baseload"), "bench", "--json", "--quantize", case.quantize, "--precision", case.precision, *words, file]
    if case.quantize != "keep" or case.precision != "fast" or case.table in ("bytes", "speculation", "profile"):
        return None
    if engine == HUGE and case.table != "one":
        return None
    if engine in (PEER, HUGE):
        own = ["--no-mmap"] if engine == HUGE else []
        return [os.path.join(a.builds, isa, "bin", "python"), os.path.join(HERE, "llama_cpp_rates.py"), file, *words, *own]
    return None if case.table == "turn" else [a.engines[engine], file, *words]


def measure(engine, isa, case, a):
    words = command(engine, isa, case, a)
    env = dict(os.environ)
    if engine == OURS and isa == "avx2":
        env["BASELOAD_JAVA_OPTS"] = (env.get("BASELOAD_JAVA_OPTS", "") + " -XX:UseAVX=2").strip()
        env["ONEDNN_MAX_CPU_ISA"] = "AVX2"
    if engine == HUGE:
        env["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
    script = " ".join(shlex.quote(word) for word in words)
    if case.crowd:
        loops = "(while :; do :; done) & loops=\"$loops $!\"; " * case.crowd
        script = f"trap 'kill $loops' EXIT; {loops}{script}"
    done = subprocess.run([*a.guard, "bash", "-c", script], stdout=subprocess.PIPE, text=True, check=True, env=env)
    result = json.loads(done.stdout.strip().splitlines()[-1])
    if engine != OURS:
        return result
    if case.table == "turn":
        return result["turns"][0]
    return {name: result[name] for name in ("runs", "profiles", "speculation")} if case.table in OPTIONS else result["runs"][0]


def summary(result):
    """For the progress: the medians."""
    return " ".join(f"{name} {value['median']}" for name, value in result.items() if isinstance(value, dict) and "median" in value)


def run(a):
    os.makedirs(KEPT, exist_ok=True)
    start = time.monotonic()
    had = [(entry["engine"], entry["isa"], entry["pair"], entry["case"]) for entry in read(a) if entry.get("commit") == commit()]
    for pair in range(a.pairs):
        for isa in a.isa:
            for case in cases(a.models, a.cases, a.batches, a.threads):
                engines = [OURS, PEER, *([HUGE] if a.huge else []), *a.engines]
                for engine in engines if pair % 2 == 0 else reversed(engines):
                    if (engine, isa, pair, case.key()) in had or command(engine, isa, case, a) is None:
                        continue
                    if time.monotonic() - start > a.most:
                        return
                    result = measure(engine, isa, case, a)
                    entry = {"engine": engine, "isa": isa, "pair": pair, "case": case.key(), "day": str(datetime.date.today()), "cpu": cpu(), "commit": commit(), "result": result}
                    with open(a.runs, "a") as out:
                        out.write(json.dumps(entry) + "\n")
                    print(engine, isa, pair, case.key(), summary(result), flush=True)


def read(a):
    if not os.path.exists(a.runs):
        return []
    with open(a.runs) as lines:
        entries = [json.loads(line) for line in lines]
    for entry in entries:
        entry["case"].setdefault("threads", THREADS)  # older entries don't say
    return entries


def cpu():
    try:
        with open("/proc/cpuinfo") as info:
            text = info.read()
        model, family, number = (re.search(rf"^{name}\s*: (.*)$", text, re.M) for name in ("model name", "cpu family", "model"))
        name = f"{model.group(1)} (family {family.group(1)}, model {number.group(1)})"
    except (OSError, AttributeError):
        name = platform.processor()
    return f"{os.cpu_count()} CPUs of {name}"


def commit():
    """The commit of this working tree. Another one is measured anew, the peers too, because the machine may be another one by then."""
    return subprocess.run(["git", "-C", ROOT, "rev-parse", "--short=8", "HEAD"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def rates(entries, field):
    return {entry["pair"]: entry["result"][field]["median"] for entry in entries}


def middle(values, digits=1):
    values = sorted(values)
    return f"{statistics.median(values):.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})" if values else ""


def ratio(ours, theirs):
    """Of each pair."""
    return middle([ours[pair] / theirs[pair] for pair in ours if pair in theirs], 2)


class Runs:
    """What was measured on one instruction set."""

    def __init__(self, entries, isa):
        self.entries = [entry for entry in entries if entry["isa"] == isa]

    def of(self, engine, **case):
        return [entry for entry in self.entries if entry["engine"] == engine and all(entry["case"][name] == value for name, value in case.items())]

    def first(self, table):
        """The model that was measured first."""
        return next(entry["case"]["model"] for entry in self.entries if entry["case"]["table"] == table)

    def engines(self, table):
        return sorted({entry["engine"] for entry in self.entries if entry["case"]["table"] == table} - {OURS}, key=lambda name: (name != PEER, name))

    def variants(self, table, *names):
        found = []
        for entry in self.entries:
            key = tuple(entry["case"][name] for name in names)
            if entry["case"]["table"] == table and key not in found:
                found.append(key)
        return sorted(found, key=str) if names[-1] != "batch" else sorted(found)


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows), ""] if rows else []


def one(runs):
    rows = []
    for model, quantize, precision in runs.variants("one", "model", "quantize", "precision"):
        same = {"table": "one", "model": model}
        ours = runs.of(OURS, quantize=quantize, precision=precision, **same)
        row = [model, {"keep": "as stored"}.get(quantize, quantize) + ", " + precision]
        for field in ("prefillTps", "decodeTps"):
            row.append(middle(rates(ours, field).values()))
            for engine in runs.engines("one"):
                theirs = rates(runs.of(engine, **same), field)
                row += [middle(theirs.values()), ratio(rates(ours, field), theirs)]
        row.append(middle([entry["result"]["rooflineFraction"] for entry in ours], 2))
        rows.append(row)
    head = ["model", "weights"]
    for phase in ("prefill", "decode"):
        head.append(phase)
        for engine in runs.engines("one"):
            head += [engine, "ratio"]
    return table(head + ["decode, of the roofline"], rows)


def batches(runs):
    rows = []
    for model, batch in runs.variants("batches", "model", "batch"):
        row = [model, str(batch)]
        for engine in [OURS, *runs.engines("batches")]:
            own = rates(runs.of(engine, table="batches", model=model, batch=batch), "decodeTps")
            alone = rates(runs.of(engine, table="batches", model=model, batch=1), "decodeTps")
            row += [middle(own.values()), ratio(own, alone)]
        ours = runs.of(OURS, table="batches", model=model, batch=batch)
        row.append(middle([entry["result"]["rooflineFraction"] for entry in ours], 2))
        rows.append(row)
    head = ["model", "sequences"]
    for engine in [OURS, *runs.engines("batches")]:
        head += [engine, "of one"]
    return table(head + ["of the roofline"], rows)


def crowded(runs):
    rows = []
    for (model,) in runs.variants("crowded", "model"):
        for engine in [OURS, *runs.engines("crowded")]:
            free, beside = (rates(runs.of(engine, table="crowded", model=model, crowd=crowd), "decodeTps") for crowd in (0, 2))
            rows.append([model, engine, middle(free.values()), middle(beside.values()), ratio(beside, free)])
    return table(["model", "engine", "decode, alone", "beside two busy loops", "part"], rows)


def weight_rates(entries):
    """GB of weights that are read a second while one sequence decodes."""
    return {entry["pair"]: entry["result"]["decodeTps"]["median"] * entry["result"]["roofline"]["weightBytes"] / 1e9 for entry in entries}


def weights(runs):
    rows, first = [], None
    for model, quantize in runs.variants("bytes", "model", "quantize"):
        same = runs.of(OURS, table="bytes", model=model, quantize=quantize)
        first = first or weight_rates(runs.of(OURS, table="bytes", model=runs.first("bytes"), quantize="keep"))
        read = f"{same[0]['result']['roofline']['weightBytes'] / 1e6:.0f} MB"
        fraction = middle([entry["result"]["rooflineFraction"] for entry in same], 2)
        decode = middle(rates(same, "decodeTps").values())
        rows.append([model, {"keep": "as stored"}.get(quantize, quantize), decode, read, middle(weight_rates(same).values()), ratio(weight_rates(same), first), fraction])
    return table(["model", "weights", "decode", "read per token", "GB per second", "of the first model's", "of the roofline"], rows)


def turns(runs):
    rows = []
    for (model,) in runs.variants("turn", "model"):
        row = [model]
        for engine in [OURS, *runs.engines("turn")]:
            own = runs.of(engine, table="turn", model=model)
            row += [middle(rates(own, field).values(), 0) for field in ("firstMillis", "secondMillis")]
            row.append(middle([percent / 100 for percent in rates(own, "percent").values()], 3))
        rows.append(row)
    head = ["model"]
    for engine in [OURS, *runs.engines("turn")]:
        head += [f"{engine}: first turn of 4,000 tokens, ms until its first token", "second turn", "of the first"]
    return table(head, rows)


def speculation(runs):
    rows = []
    for (model,) in runs.variants("speculation", "model"):
        compared = [one for entry in runs.of(OURS, table="speculation", model=model) for one in entry["result"]["speculation"]]
        for answers in dict.fromkeys(one["answers"] for one in compared):
            same = [one for one in compared if one["answers"] == answers]
            medians = [middle([one[field]["median"] for one in same], digits) for field, digits in (("plainTps", 1), ("speculativeTps", 1), ("ratio", 2))]
            rows.append([model, answers, *medians, *(str(sum(one[field] for one in same)) for field in ("drafted", "accepted"))])
    return table(["model", "answers", "without speculation", "with", "ratio", "tokens drafted", "accepted"], rows)


# In which group of Inspur's article an operator is; linear layers and all others are two more. The article's percentages are of Yuan2.0-102B.
GROUPS = {"convolution": "convolution", "barriers": "collectives", "waiting": "collectives", "all-reduce": "collectives"}
ARTICLE = {"linear": 50, "convolution": 20, "collectives": 20, "other": 10}


def profile(runs):
    """Percent of all workers' time, by operator: a prompt, and decode of several sequences together after it."""
    lines = []
    for (model,) in runs.variants("profile", "model"):
        measured = [entry["result"] for entry in runs.of(OURS, table="profile", model=model)]
        first = measured[0]["runs"]
        columns = {f"prefill of {first[0]['prompt']}": [result["profiles"][0]["prefill"] for result in measured]}
        for i, run_ in enumerate(first):
            columns[f"decode, {run_['batch']} together"] = [result["profiles"][i]["decode"] for result in measured]
        operators = {operator for same in columns.values() for part in same for operator in part}
        parts = {name: {operator: statistics.median(part.get(operator, 0) for part in same) for operator in operators} for name, same in columns.items()}
        rows = [[operator, *(f"{parts[name][operator]:.1f}" for name in columns), ""] for operator in sorted(operators, key=lambda one: -max(part[one] for part in parts.values()))]
        for group, article in ARTICLE.items():
            own = [operator for operator in operators if group == GROUPS.get(operator, "linear" if operator.startswith("linear ") else "other")]
            rows.append([f"all: {group}", *(f"{sum(parts[name][operator] for operator in own):.0f}" for name in columns), str(article)])
        lines += table([f"{model}, percent of the workers' time", *columns, "Yuan2.0-102B, by Inspur"], rows)
    return lines


def tables(a):
    entries = [entry for entry in read(a) if entry["case"]["threads"] == a.threads]
    entries = [entry for entry in entries if entry["commit"] == entries[-1]["commit"]]
    lines = []
    for isa in a.isa:
        runs = Runs(entries, isa)
        if not runs.entries:
            continue
        last = runs.entries[-1]
        name = "What the machine has" if isa == "native" else "AVX2 (`-XX:UseAVX=2`, `ONEDNN_MAX_CPU_ISA=AVX2`, peers built without AVX-512 and VNNI)"
        lines += [f"### {name}", "", f"{last['cpu']}, {last['day']}, commit {last['commit']}, threads: {a.threads}. Tokens a second of all sequences together; medians of the pairs, with the least and the most.", ""]
        lines += one(runs) + batches(runs) + crowded(runs) + weights(runs) + turns(runs) + speculation(runs) + profile(runs)
    text = "\n".join(lines)
    if not a.write:
        print(text)
        return
    with open(a.write) as page:
        before, rest = page.read().split(MARKS[0])
    with open(a.write, "w") as page:
        page.write(before + MARKS[0] + "\n" + text + MARKS[1] + rest.split(MARKS[1])[1])


def named(words):
    return dict(word.split("=", 1) for word in words)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["build", "run", "tables"])
    p.add_argument("--isa", default="native,avx2")
    p.add_argument("--cases", default="one,exact,formats,batches,crowded,bytes,turn,speculation,profile")
    p.add_argument("--batches", type=lambda text: [int(word) for word in text.split(",")], default=[1, 2, 4, 8, 16], help="numbers of sequences of the case batches")
    p.add_argument("--model", action="append", default=[], help="NAME=FILE (default: the bundled model)")
    p.add_argument("--engine", action="append", default=[], help="NAME=PROGRAM")
    p.add_argument("--builds", default=KEPT, help="where the builds of llama.cpp are")
    p.add_argument("--runs", default=os.path.join(KEPT, "runs.jsonl"), help="where the runs are kept")
    p.add_argument("--pairs", type=int, default=5)
    p.add_argument("--threads", type=int, default=THREADS, help="of each engine; tables are of the runs with so many")
    p.add_argument("--most", type=float, default=float("inf"))
    p.add_argument("--guard", default="")
    p.add_argument("--huge", action="store_true", help="also llama.cpp with huge pages")
    p.add_argument("--write")
    a = p.parse_args()
    a.isa, a.cases, a.guard = a.isa.split(","), a.cases.split(","), shlex.split(a.guard)
    a.models, a.engines = named(a.model) or {"SmolLM2": SMOLLM2}, named(a.engine)
    {"build": build, "run": run, "tables": tables}[a.what](a)


if __name__ == "__main__":
    main()
