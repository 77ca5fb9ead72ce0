/**
 * Languages that constrain an answer: grammars over code points, compiled to automata that read bytes, and the token masks derived from them. Front ends: regular expressions and
 * GBNF; JSON schemas have their own room.
 *
 * <p>Knows a vocabulary's bytes; no models and no requests.
 *
 * <p><b>What a state is.</b> Each rule of a grammar is an automaton over bytes (Thompson's construction) whose edges read a byte, call a rule, or count a loop. A position in a text
 * is a set of frames. A frame is a state, the count of its loop, and the set of frames that called its rule ({@link io.baseload.chat.grammar.Stacks}, a graph-structured stack).
 * However many ways there are to read a text, they share frames, so memory grows with the automaton and the depth of nesting, not with the number of ways. Frames and sets are
 * interned: equal ones are the same object, and each set remembers where a byte leads from it. Reading a text a second time costs one look-up per byte.
 *
 * <p><b>Parts in any order.</b> An object whose members may come in any order has as many positions as there are sets of members. The automaton doesn't have a state for each: which
 * members were read is a number that a frame has in the place of a loop's count ({@link io.baseload.chat.grammar.Selection}), so only the sets that occur in a text take memory. All
 * names form a trie, each edge of which can be taken only if a name below it may still come. Names that are not declared are read by a rule of their own, whose masks don't depend on
 * the members before.
 *
 * <p><b>Why masks are fast.</b> What the top frame allows doesn't depend on its callers until its rule ends. So this is computed once for each top frame over the whole vocabulary, as a
 * walk over a trie of the tokens' bytes that turns back where no byte fits. The few tokens in whose middle the rule ends are remembered as places in the trie and followed from the
 * callers each time. Inside a string almost all tokens are plain text: those are not walked at all; the vocabulary keeps a set for each number of characters. Counts that no single
 * token can bring to their bounds are treated as equal, so the characters of a long string share one mask. Other repetitions of characters, such as letters, are not walked either where all
 * texts below a node of the trie consist of such characters: each node knows their kinds ({@link io.baseload.chat.grammar.PlainText}). Where words and spaces alternate, subtrees are taken
 * whole by their shape, which only says where spaces are ({@link io.baseload.chat.grammar.WordShapes}). Masks are kept by the position in the text, as far as it matters for the
 * next token.
 *
 * <p><b>What it costs.</b> A grammar's automaton takes memory in proportion to its rules. Remembered results are limited to 8 MB per grammar and start anew when that is full. A mask may
 * take a million steps; if a grammar is so ambiguous that it takes more, the answer ends with an error. The first mask of a top frame is the expensive one: with 128,256 tokens it is
 * a walk over up to a few hundred thousand nodes. {@code bin/maskbench} measures it.
 */
@NullMarked
package io.baseload.chat.grammar;

import org.jspecify.annotations.NullMarked;
