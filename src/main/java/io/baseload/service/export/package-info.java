/**
 * Sends the audit trail to other systems: its entries, in standard formats, to the monitoring systems of companies, pulled with a cursor or pushed; its checkpoints to anchors.
 */
@NullMarked
package io.baseload.service.export;

import org.jspecify.annotations.NullMarked;
