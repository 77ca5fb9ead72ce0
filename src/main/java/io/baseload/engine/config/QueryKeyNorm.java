package io.baseload.engine.config;

/** Which RMSNorm queries and keys go through before they are rotated. */
public enum QueryKeyNorm {
    NONE,
    /** Over each head, with the same weights (Qwen 3, Gemma 3). */
    HEAD,
    /** Over all heads together (OLMo 2). */
    PROJECTION
}
