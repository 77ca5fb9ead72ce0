package io.baseload.service.guardrail;

/**
 * The place of personal data in a text.
 *
 * @param start in UTF-16 units
 * @param end after the last one
 */
record Finding(PersonalData kind, int start, int end) {}
