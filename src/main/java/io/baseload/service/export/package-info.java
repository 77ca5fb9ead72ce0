/**
 * Delivers the audit trail to the monitoring systems of companies: in standard formats, pulled with a cursor or pushed.
 */
@NullMarked
package io.baseload.service.export;

import org.jspecify.annotations.NullMarked;
