package io.baseload.engine.api;

/**
 * The kernels that compute linear layers, described for people.
 *
 * @param prefill those of prompts: "int8, oneDNN brg_matmul:avx512_core_vnni", "f32, vector, 512 bits", "split bf16, oneDNN brg_matmul:avx10_1_512_amx" …
 * @param decode those of answers: "int8, vector, 512 bits", "f32, scalar" …
 */
public record KernelTiers(String prefill, String decode) {}
