#!/usr/bin/env python3
"""Rates of llama.cpp on a GGUF file, by the low-level API of llama-cpp-python: prefill of some prompts, then decode of all sequences together.

    llama_cpp_rates.py MODEL [--threads 2] [--prompt 512] [--decode 64] [--batch 1] [--repeat 3] [--no-mmap] [--turns]

Prints one JSON object: prefillTps and decodeTps, each {median, min, max}, in tokens per second of all sequences together. The first round doesn't count.

With --turns instead firstMillis, secondMillis and percent: the time until the first token of a chat's first turn of --prompt tokens and of its second, which computes only the tokens that aren't in the cache yet, as `bench --turns` does.
"""
import argparse
import json
import statistics
import time

import llama_cpp

ROWS = 512

# Tokens of an answer and of the second question, as in `bench --turns`; the likeliest of the first tokens is taken, since Python is slow.
ANSWER, QUESTION, VOCABULARY = 24, 16, 1000


def spread(values):
    return {"median": round(statistics.median(values), 2), "min": round(min(values), 2), "max": round(max(values), 2)}


def fill(batch, tokens):
    """tokens: (id, position, sequence, wants logits)"""
    batch.n_tokens = len(tokens)
    for i, (token, position, sequence, logits) in enumerate(tokens):
        batch.token[i] = token
        batch.pos[i] = position
        batch.n_seq_id[i] = 1
        batch.seq_id[i][0] = sequence
        batch.logits[i] = logits


def decode(context, batch):
    if llama_cpp.llama_decode(context, batch) != 0:
        raise RuntimeError("llama_decode failed")


def compute(context, batch, ids, first):
    """Computes these tokens of sequence 0, the first at this position, and returns the likeliest next one."""
    for at in range(0, len(ids), ROWS):
        end = min(at + ROWS, len(ids))
        fill(batch, [(ids[i], first + i, 0, i == len(ids) - 1) for i in range(at, end)])
        decode(context, batch)
    logits = llama_cpp.llama_get_logits_ith(context, -1)
    return max(range(VOCABULARY), key=lambda i: logits[i])


def turns(context, batch, a):
    first_turns, second_turns = [], []
    for round_ in range(a.repeat + 1):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        ids = [(i * 7919 + round_ * 31) % 20000 + 100 for i in range(a.prompt)]
        start = time.perf_counter()
        answer = [compute(context, batch, ids, 0)]
        first = time.perf_counter() - start
        for i in range(ANSWER - 1):
            answer.append(compute(context, batch, answer[-1:], a.prompt + i))
        start = time.perf_counter()
        compute(context, batch, answer[-1:] + ids[:QUESTION], a.prompt + ANSWER - 1)
        second = time.perf_counter() - start
        if round_:
            first_turns.append(1e3 * first)
            second_turns.append(1e3 * second)
    ratios = [100 * second / first for first, second in zip(first_turns, second_turns)]
    return {"firstMillis": spread(first_turns), "secondMillis": spread(second_turns), "percent": spread(ratios)}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model")
    for name, default in (("threads", 2), ("prompt", 512), ("decode", 64), ("batch", 1), ("repeat", 3)):
        p.add_argument("--" + name, type=int, default=default)
    p.add_argument("--no-mmap", action="store_true", help="reads the weights into memory of its own, which may then be of huge pages")
    p.add_argument("--turns", action="store_true", help="measures a chat's second turn instead")
    a = p.parse_args()
    llama_cpp.llama_backend_init()
    silent = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(silent, None)
    loading = llama_cpp.llama_model_default_params()
    loading.use_mmap = not a.no_mmap
    model = llama_cpp.llama_model_load_from_file(a.model.encode(), loading)
    options = llama_cpp.llama_context_default_params()
    options.n_ctx = a.batch * (a.prompt + (2 * ANSWER if a.turns else a.decode) + 32)
    options.n_seq_max = a.batch
    options.n_batch = options.n_ubatch = ROWS
    options.n_threads = options.n_threads_batch = a.threads
    context = llama_cpp.llama_init_from_model(model, options)
    batch = llama_cpp.llama_batch_init(max(ROWS, a.batch), 0, 1)
    if a.turns:
        print(json.dumps({"engine": "llama.cpp", "version": llama_cpp.__version__, **turns(context, batch, a)}))
        return
    ids = [(i * 7919) % 20000 + 100 for i in range(a.prompt)]
    prefill, decoded = [], []
    for round_ in range(a.repeat + 1):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        start = time.perf_counter()
        for sequence in range(a.batch):
            for at in range(0, a.prompt, ROWS):
                end = min(at + ROWS, a.prompt)
                fill(batch, [(ids[i], i, sequence, i == a.prompt - 1) for i in range(at, end)])
                decode(context, batch)
        llama_cpp.llama_synchronize(context)
        between = time.perf_counter()
        for j in range(a.decode):
            fill(batch, [(ids[j % a.prompt], a.prompt + j, sequence, True) for sequence in range(a.batch)])
            decode(context, batch)
            llama_cpp.llama_get_logits_ith(context, 0)
        end = time.perf_counter()
        if round_:
            prefill.append(a.batch * a.prompt / (between - start))
            decoded.append(a.batch * a.decode / (end - between))
    print(json.dumps({
        "engine": "llama.cpp", "version": llama_cpp.__version__, "system": llama_cpp.llama_print_system_info().decode().strip(),
        "prefillTps": spread(prefill), "decodeTps": spread(decoded)}))


if __name__ == "__main__":
    main()
