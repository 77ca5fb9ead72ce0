/**
 * Translates JSON Schema (2020-12) to grammars whose texts parse and validate.
 *
 * <p><b>What is promised.</b> Every text that the grammar derives is valid. Not every valid text is derived. The two sides are kept apart everywhere: if a language can't be expressed
 * exactly, the positive side uses a smaller one and the excluded side a larger one. A pattern is written so that all dialects match it, and excluded if any of them does. Schemas for
 * which neither is possible are refused, with the place of the cause.
 *
 * <p><b>How a schema is read.</b> Schemas that apply to the same value form one {@link io.baseload.chat.schema.Conjunction}: references are followed, {@code allOf} is flattened. Its
 * key names a rule of the grammar, so the same conjunction is compiled once, and a schema that refers to itself becomes a rule that calls itself. A conjunction with {@code anyOf} or
 * {@code oneOf} is a choice between conjunctions with one branch each; one without is a choice between types. Objects are chains of members, arrays are chains of items; strings and
 * numbers are regular and are intersected as automata.
 *
 * <p><b>Complements.</b> The complement of a context-free language is in general not context-free, so none is computed for a grammar. {@link io.baseload.chat.schema.Negation} pushes
 * {@code not} inwards, through the schema, until it applies to single keywords, and most of those have a keyword with the opposite meaning. What remains are texts that are not in a
 * list, texts that don't match a pattern, and numbers that are not multiples: those languages are regular, and their complements are automata. {@code if}, {@code dependentRequired},
 * {@code dependentSchemas} and overlapping branches of {@code oneOf} are expressed by choices and complements ({@link io.baseload.chat.schema.Rewriting}, {@link
 * io.baseload.chat.schema.Exclusion}). A keyword without a complement is left out of the union of complements, which makes the union smaller and stays sound.
 *
 * <p><b>What it costs.</b> The number of rules grows with the product of the choices for one value: {@code n} members that each demand others give {@code 2^n} objects. Combinations
 * that are obviously impossible (no type left, a member both required and forbidden) are dropped as they arise. There are limits on combinations (2,000), rules (20,000), states
 * (400,000; 30,000 for an intersection) and on the steps for reading one schema ({@link io.baseload.chat.grammar.Effort}), but not on time: a refused schema is refused on every
 * machine.
 */
@NullMarked
package io.baseload.chat.schema;

import org.jspecify.annotations.NullMarked;
