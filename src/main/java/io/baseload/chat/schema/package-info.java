/**
 * JSON Schema (2020-12) to grammars: what an answer must look like so that it parses and validates.
 *
 * <p><b>What is promised.</b> Every text that the grammar derives is valid. Not every valid text is derived. The two sides are kept apart everywhere: where a language can't be
 * had exactly, the positive side takes a smaller one and the side that is excluded takes a larger one. A pattern is written as all dialects read it, and excluded as any of them
 * does. What can be held to neither is refused, with its place.
 *
 * <p><b>How a schema is read.</b> Schemas that hold for the same value are one {@link io.baseload.chat.schema.Conjunction}: references followed, {@code allOf} taken apart. Its key
 * names a rule of the grammar, so the same conjunction is compiled once, and a schema that refers to itself becomes a rule that calls itself. A conjunction with {@code anyOf} or
 * {@code oneOf} is a choice between conjunctions with one branch each; one without is a choice between types. Objects are chains of members, arrays chains of items, strings and
 * numbers are regular and are intersected as automata.
 *
 * <p><b>Complements.</b> Context-free languages have no complements, so none is computed of a grammar. {@link io.baseload.chat.schema.Negation} pushes {@code not} inwards, through the
 * schema, until it stands before single keywords, and most of those have a keyword that says the opposite. What is left are texts that are not in a list, texts that don't match a pattern
 * and numbers that are no multiples: those languages are regular, and their complements are automata. {@code if}, {@code dependentRequired}, {@code dependentSchemas} and branches
 * of {@code oneOf} that overlap are said by choices and complements ({@link io.baseload.chat.schema.Rewriting}, {@link io.baseload.chat.schema.Exclusion}). A keyword without a
 * complement is left out of the union of complements, which makes that smaller and stays sound.
 *
 * <p><b>What it costs.</b> Rules grow with the product of the choices that hold for one value: {@code n} members that demand others are {@code 2^n} objects. Combinations that are plainly
 * impossible (no type left, a member both required and forbidden) are dropped when they arise. Bounds are on combinations (2,000), rules (20,000), states (400,000; 30,000 for an
 * intersection) and on the steps of reading one schema ({@link io.baseload.chat.grammar.Effort}), not on time: what is refused is refused on every machine.
 */
@NullMarked
package io.baseload.chat.schema;

import org.jspecify.annotations.NullMarked;
