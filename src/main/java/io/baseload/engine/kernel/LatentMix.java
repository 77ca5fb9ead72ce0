package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kv.KvPages.TOKENS;

import io.baseload.engine.kv.KvPages;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Mixes values that are the ends of keys. Keys are stored element by element, {@code [keyDim][TOKENS]}, so lanes are queries: each element of each token is broadcast and
 * multiplied by the weights of a vector of queries. Sums are over the tokens in order, as for values that are stored token by token.
 */
final class LatentMix {
    /** Elements of a tile. */
    private static final int ELEMENTS = 8;

    private LatentMix() {}

    /** Computes {@code scratch.part.mixed} from {@code scratch.scores} for some pages of a span. */
    static void run(Attention attention, int[] pages, int first, int tokens, int head, int queries, Scratch scratch) {
        KvPages kv = attention.kv();
        int layer = attention.layer();
        int kvHead = head / attention.group();
        int dim = attention.valueDim();
        float[] mixed = scratch.mixedByElement();
        float[] values = scratch.values();
        Arrays.fill(mixed, 0, Math.ceilDiv(queries, L) * L * dim, 0f);
        for (int page = first; page * TOKENS < tokens; page++) {
            KvWidening.endsOfKeys(kv, kv.keys(pages[page], layer, kvHead), values);
            int depth = Math.min(TOKENS, tokens - page * TOKENS);
            for (int query = 0; query < queries; query += L) {
                weights(scratch, query, Math.min(L, queries - query), page * TOKENS % Attention.SPAN, depth);
                for (int element = 0; element < dim; element += ELEMENTS) {
                    int to = query * dim + element * L;
                    tile(values, TOKENS * element, dim - element, depth, scratch.block, mixed, to);
                }
            }
        }
        byQuery(mixed, queries, dim, scratch.part.mixed);
    }

    /** Weights of some queries for a page's tokens, {@code [token][L]}. */
    private static void weights(Scratch scratch, int query, int queries, int from, int depth) {
        Arrays.fill(scratch.block, 0, depth * L, 0f);
        for (int i = 0; i < queries; i++) {
            int at = (query + i) * Attention.SPAN + from;
            for (int t = 0; t < depth; t++) {
                scratch.block[t * L + i] = scratch.scores[at + t];
            }
        }
    }

    /** If fewer elements are left than a tile has, the last one is computed repeatedly. */
    private static void tile(float[] values, int at, int elements, int depth, float[] weights, float[] mixed, int to) {
        int last = elements - 1;
        int e1 = Math.min(1, last);
        int e2 = Math.min(2, last);
        int e3 = Math.min(3, last);
        int e4 = Math.min(4, last);
        int e5 = Math.min(5, last);
        int e6 = Math.min(6, last);
        int e7 = Math.min(7, last);
        int a1 = at + TOKENS * e1;
        int a2 = at + TOKENS * e2;
        int a3 = at + TOKENS * e3;
        int a4 = at + TOKENS * e4;
        int a5 = at + TOKENS * e5;
        int a6 = at + TOKENS * e6;
        int a7 = at + TOKENS * e7;
        FloatVector s0 = FloatVector.fromArray(FLOATS, mixed, to);
        FloatVector s1 = FloatVector.fromArray(FLOATS, mixed, to + e1 * L);
        FloatVector s2 = FloatVector.fromArray(FLOATS, mixed, to + e2 * L);
        FloatVector s3 = FloatVector.fromArray(FLOATS, mixed, to + e3 * L);
        FloatVector s4 = FloatVector.fromArray(FLOATS, mixed, to + e4 * L);
        FloatVector s5 = FloatVector.fromArray(FLOATS, mixed, to + e5 * L);
        FloatVector s6 = FloatVector.fromArray(FLOATS, mixed, to + e6 * L);
        FloatVector s7 = FloatVector.fromArray(FLOATS, mixed, to + e7 * L);
        for (int t = 0; t < depth; t++) {
            FloatVector weight = FloatVector.fromArray(FLOATS, weights, t * L);
            s0 = FloatVector.broadcast(FLOATS, values[at + t]).fma(weight, s0);
            s1 = FloatVector.broadcast(FLOATS, values[a1 + t]).fma(weight, s1);
            s2 = FloatVector.broadcast(FLOATS, values[a2 + t]).fma(weight, s2);
            s3 = FloatVector.broadcast(FLOATS, values[a3 + t]).fma(weight, s3);
            s4 = FloatVector.broadcast(FLOATS, values[a4 + t]).fma(weight, s4);
            s5 = FloatVector.broadcast(FLOATS, values[a5 + t]).fma(weight, s5);
            s6 = FloatVector.broadcast(FLOATS, values[a6 + t]).fma(weight, s6);
            s7 = FloatVector.broadcast(FLOATS, values[a7 + t]).fma(weight, s7);
        }
        s0.intoArray(mixed, to);
        s1.intoArray(mixed, to + e1 * L);
        s2.intoArray(mixed, to + e2 * L);
        s3.intoArray(mixed, to + e3 * L);
        s4.intoArray(mixed, to + e4 * L);
        s5.intoArray(mixed, to + e5 * L);
        s6.intoArray(mixed, to + e6 * L);
        s7.intoArray(mixed, to + e7 * L);
    }

    /** From {@code [query / L][element][query % L]} to {@code [query][element]}. */
    private static void byQuery(float[] mixed, int queries, int dim, float[] to) {
        for (int query = 0; query < queries; query++) {
            int from = query / L * L * dim + query % L;
            for (int element = 0; element < dim; element++) {
                to[query * dim + element] = mixed[from + element * L];
            }
        }
    }
}
