package io.baseload.chat.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.TokenMask;
import java.util.BitSet;
import java.util.Random;

/** Masks as they are defined: of each token, the bytes are read one by one with a reader of its own. */
record DefinedMasks(Tokenizer tokenizer, TokenTable table) {

    /** Compares the masks on random walks. */
    void check(Grammar grammar, int walks, int steps) {
        Constraint constraint = Constraint.compile(grammar, table);
        Reader reader = new Reader(AutomatonBuilder.compile(grammar, table.writable));
        Random random = new Random(5);
        for (int walk = 0; walk < walks; walk++) {
            TokenMask mask = constraint.mask();
            Stacks at = reader.start();
            for (int step = 0; step < steps; step++) {
                BitSet allowed = allowed(mask);
                assertThat(allowed).isEqualTo(defined(reader, at)).isNotEqualTo(new BitSet());
                int token = draw(allowed, random);
                mask.advance(token);
                if (tokenizer.stopTokens().contains(token)) {
                    assertThat(allowed(mask).isEmpty()).isTrue();
                    break;
                }
                Stacks byToken = reader.token(at, token);
                at = byToken.isEmpty() ? read(reader, at, token) : byToken;
            }
        }
    }

    static int draw(BitSet set, Random random) {
        return set.stream().skip(random.nextInt(set.cardinality())).findFirst().orElseThrow();
    }

    BitSet allowed(TokenMask mask) {
        long[] bits = new long[table.words()];
        mask.allow(bits);
        return BitSet.valueOf(bits);
    }

    /** The tokens whose bytes can be read, those that the grammar names, and stop tokens where the text may end. */
    BitSet defined(Reader reader, Stacks at) {
        BitSet allowed = new BitSet();
        for (int id = 0; id < tokenizer.bytes().size(); id++) {
            boolean read = !tokenizer.isSpecial(id) && !read(reader, at, id).isEmpty();
            boolean ends = at.mayEnd && tokenizer.stopTokens().contains(id);
            allowed.set(id, read || ends || !reader.token(at, id).isEmpty());
        }
        return allowed;
    }

    Stacks read(Reader reader, Stacks at, int token) {
        Stacks next = at;
        byte[] bytes = tokenizer.bytes().get(token);
        for (int i = 0; i < bytes.length && !next.isEmpty(); i++) {
            next = reader.step(next, bytes[i] & 0xFF);
        }
        return next;
    }
}
