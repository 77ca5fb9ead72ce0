/**
 * Languages that an answer may be held to: grammars over code points, compiled to automata that read bytes, and the masks of tokens that follow from them.
 * Front ends: regular expressions and GBNF; JSON schemas have a room of their own.
 *
 * <p>Knows a vocabulary's bytes; no models and no requests.
 *
 * <p><b>What a state is.</b> Each rule of a grammar is an automaton over bytes (Thompson's construction) whose edges read a byte, call a rule, or count a loop. A place in a text is a
 * set of frames: a state, how often its loop was read, and the set of frames that called its rule ({@link io.baseload.chat.grammar.Stacks}, a graph-structured stack). However many
 * ways there are to read a text, they share frames, so memory grows with the automaton and the depth of nesting and not with the number of ways. Frames and sets are interned:
 * equal ones are the same object, and where a byte leads from a set is remembered on the set. A text that is read for the second time costs a look-up for each byte.
 *
 * <p><b>Why masks are fast.</b> What the top frame allows doesn't depend on its callers until its rule ends, so it is computed once for each top frame over the whole vocabulary, as a walk
 * over a trie of the tokens' bytes that turns back where no byte fits. The few tokens that end a rule in their middle are remembered as places in the trie and followed from the callers
 * each time. Inside of a string almost all tokens are plain text: those are not walked at all, a set for each number of characters is kept with the vocabulary. Counts that are too
 * far from their bounds for a token to reach them are taken for the same, so the characters of a long string share one mask. Masks are kept by the place in the text, as far as the next token
 * can tell.
 *
 * <p><b>What it costs.</b> A grammar's automaton takes bytes in proportion to its rules; what is remembered is bounded by 8 MB a grammar and begins anew when it is full. A mask may take
 * a million steps; grammars that are so ambiguous that it takes more end the answer with an error. The first mask of a top frame is the dear one: with 128,256 tokens it is a walk over up
 * to a few hundred thousand nodes. {@code bin/maskbench} measures it.
 */
@NullMarked
package io.baseload.chat.grammar;

import org.jspecify.annotations.NullMarked;
