package io.baseload.service.guardrail;

/**
 * Where personal data stands in a text.
 *
 * @param start in UTF-16 units
 * @param end behind the last one
 */
record Finding(PersonalData kind, int start, int end) {}
