package io.baseload.engine.api;

/**
 * The kernels that compute linear layers, described for people.
 *
 * @param prefill those of prompts: "int8, machine code for AVX2 (weights of 4 and 8 bits), or f32, vector, 256 bits", "f32, vector, 128 bits", "split bf16, oneDNN brg_matmul:avx10_1_512_amx" …
 * @param decode those of answers: "int8, machine code for AVX2 (weights of 4 and 8 bits), or f32, machine code for AVX2", "f32, scalar" …
 */
public record KernelTiers(String prefill, String decode) {}
