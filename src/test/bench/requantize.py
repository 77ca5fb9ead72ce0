#!/usr/bin/env python3
"""Writes a Llama-like GGUF file anew in another format, by llama.cpp, to measure its accuracy: requantize.py MODEL TYPE OUT

TYPE is a mix of llama.cpp's, Q4_K_M or Q6_K, or IQ4_NL or MXFP4 for all matrices, or F32: only widened as for K-quants, to be compared with the model itself. Needs llama-cpp-python and numpy, which `peers.py build` installs: target/peers/native/bin/python src/test/bench/requantize.py …

Blocks of K-quants have 256 columns, which small models aren't a multiple of. For these the residual stream is widened by channels, heads and KV heads of zeros, which is the same function: norms divide by
the root of a mean over more channels, and their weights and epsilon make up for that. They are recognized by their size, so a model with another dimension of the same size is refused. Weights may be stored as F32, F16, Q4_0, Q4_1 or Q8_0.
"""
import argparse
import ctypes
import math
import os
import struct
import sys
import tempfile

import llama_cpp
import numpy

F32, ALIGNMENT = 0, 32

# Of each type: llama.cpp's number, or None if nothing is quantized, columns of a block, and whether all matrices have the same format.
TYPES = {"Q4_K_M": (15, 256, False), "Q6_K": (18, 256, False), "IQ4_NL": (25, 32, True), "MXFP4": (38, 32, True), "F32": (None, 256, True)}

# In bytes: of a value's type, by number; strings and arrays have a length.
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
STRING, ARRAY = 8, 9


class Gguf:
    def __init__(self, path):
        self.bytes = numpy.memmap(path, numpy.uint8, "r")
        self.at = 8
        count, keys = self.number("Q"), self.number("Q")
        self.keys = {}
        for _ in range(keys):
            name, kind = self.string(), self.number("I")
            self.keys[name] = (kind, self.at)
            self.skip(kind)
        self.end_of_keys = self.at
        self.tensors = [self.tensor() for _ in range(count)]
        self.data = -(-self.at // ALIGNMENT) * ALIGNMENT

    def number(self, form):
        (value,) = struct.unpack_from("<" + form, self.bytes, self.at)
        self.at += struct.calcsize(form)
        return value

    def string(self):
        length = self.number("Q")
        self.at += length
        return bytes(self.bytes[self.at - length:self.at]).decode()

    def skip(self, kind):
        if kind == STRING:
            self.string()
        elif kind == ARRAY:
            of, length = self.number("I"), self.number("Q")
            if of == STRING:
                for _ in range(length):
                    self.string()
            else:
                self.at += SIZES[of] * length
        else:
            self.at += SIZES[kind]

    def tensor(self):
        name = self.string()
        shape = [self.number("Q") for _ in range(self.number("I"))]
        return name, shape[::-1], self.number("I"), self.number("Q")

    def value(self, name, form):
        return struct.unpack_from("<" + form, self.bytes, self.keys[name][1])[0]

    def floats(self, shape, kind, offset):
        count, rest = math.prod(shape), self.bytes[self.data + offset:]
        if kind in (0, 1):
            values = rest[:count * (4, 2)[kind]].view((numpy.float32, numpy.float16)[kind]).astype(numpy.float32)
            return values.reshape(shape)
        size = {2: 18, 3: 20, 8: 34}[kind]
        blocks = rest[:count // 32 * size].reshape(-1, size)
        scale = blocks[:, :2].copy().view(numpy.float16).astype(numpy.float32)
        if kind == 8:
            return (blocks[:, 2:].view(numpy.int8) * scale).reshape(shape)
        least = -8 * scale if kind == 2 else blocks[:, 2:4].copy().view(numpy.float16).astype(numpy.float32)
        codes = blocks[:, size - 16:]
        return (numpy.concatenate([codes & 15, codes >> 4], axis=1) * scale + least).reshape(shape)


def widen(path, block, out):
    """The model in F32, its channels a multiple of a block's."""
    file = Gguf(path)
    name = "llama."
    channels, heads, kv_heads = (file.value(name + key, "I") for key in ("embedding_length", "attention.head_count", "attention.head_count_kv"))
    head = channels // heads
    group = heads // kv_heads
    unit = math.lcm(block, head * group)
    wide = -(-channels // unit) * unit
    sizes = {channels: wide, kv_heads * head: wide // group}
    vocabulary = next(shape[0] for tensor, shape, _, _ in file.tensors if tensor == "token_embd.weight")
    for what, size in (("vocabulary", vocabulary), ("feed-forward width", file.value(name + "feed_forward_length", "I"))):
        if size in sizes and wide > channels:
            sys.exit(f"can't widen a model whose {what}, {size}, is also the number of its channels or the width of its keys")
    header = bytearray(file.bytes[:file.end_of_keys])
    for key, form, value in (
            ("embedding_length", "I", wide), ("attention.head_count", "I", wide // head), ("attention.head_count_kv", "I", wide // head // group),
            ("attention.layer_norm_rms_epsilon", "f", file.value(name + "attention.layer_norm_rms_epsilon", "f") * channels / wide)):
        struct.pack_into("<" + form, header, file.keys[name + key][1], value)
    shapes = [[sizes.get(size, size) for size in shape] for _, shape, _, _ in file.tensors]
    offset = 0
    for (tensor, _, _, _), shape in zip(file.tensors, shapes):
        header += struct.pack("<Q", len(tensor)) + tensor.encode() + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape[::-1], F32, offset)
        offset += -(-4 * math.prod(shape) // ALIGNMENT) * ALIGNMENT
    header += bytes(-len(header) % ALIGNMENT)
    with open(out, "wb") as to:
        to.write(header)
        for (tensor, shape, kind, at), wider in zip(file.tensors, shapes):
            values = file.floats(shape, kind, at)
            if tensor.endswith("_norm.weight"):
                values = values * numpy.float32(math.sqrt(channels / wide))
            padded = numpy.zeros(wider, numpy.float32)
            padded[tuple(slice(size) for size in shape)] = values
            to.write(padded.tobytes())
            to.write(bytes(-padded.nbytes % ALIGNMENT))


def quantize(path, kind, out):
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype, _, parameters.pure = TYPES[kind]
    if llama_cpp.llama_model_quantize(path.encode(), out.encode(), ctypes.byref(parameters)) != 0:
        sys.exit(f"llama.cpp doesn't write {kind}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model")
    p.add_argument("type", choices=TYPES)
    p.add_argument("out")
    a = p.parse_args()
    number, block, _ = TYPES[a.type]
    if number is None:
        widen(a.model, block, a.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        wide = os.path.join(folder, "wide.gguf")
        widen(a.model, block, wide)
        quantize(wide, a.type, a.out)


if __name__ == "__main__":
    main()
