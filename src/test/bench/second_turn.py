"""Measures how long the second turn of a chat waits for its first token, beside the first turn: second_turn.py URL KEY [ROUNDS]

Each round has a new text of about 3,700 words as its first message, so that nothing of it is cached before. Prints the times, the prompt's tokens, how many of them were cached, and the ratio.
"""
import json, random, sys, time, urllib.request

WORDS = "the river carries boats past mills and quiet towns where people trade cloth grain and stories of the sea".split()


def ask(url, key, messages):
    body = {"model": "default", "messages": messages, "max_tokens": 24, "temperature": 0, "stream": True, "stream_options": {"include_usage": True}}
    request = urllib.request.Request(url + "/v1/chat/completions", json.dumps(body).encode(),
                                     {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    begun, first, text, usage = time.time(), None, "", {}
    for line in urllib.request.urlopen(request, timeout=600):
        if line.startswith(b"data: {"):
            chunk = json.loads(line[6:])
            usage = chunk.get("usage") or usage
            for choice in chunk["choices"]:
                if choice["delta"].get("content"):
                    first = first or time.time() - begun
                    text += choice["delta"]["content"]
    return first, text, usage


def main(url, key, rounds=5):
    for _ in range(int(rounds)):
        messages = [{"role": "user", "content": "Summarize: " + " ".join(random.choices(WORDS, k=3700))}]
        first, text, usage = ask(url, key, messages)
        messages += [{"role": "assistant", "content": text}, {"role": "user", "content": "And now in one word?"}]
        second, _, more = ask(url, key, messages)
        cached = more["prompt_tokens_details"]["cached_tokens"]
        print(f"first turn {first:.2f} s, {usage['prompt_tokens']} tokens; second {second:.3f} s, {more['prompt_tokens']} tokens, {cached} cached; ratio {second / first:.3f}", flush=True)


main(*sys.argv[1:])
